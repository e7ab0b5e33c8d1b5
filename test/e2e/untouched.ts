import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'

// Everything on a host's disk with its times, sizes, modes and owners, beside logs; /run and /tmp are no disk.
async function listing(host: LabHost): Promise<Map<string, string>> {
  const text = await host.must(
    `find / -xdev \\( -path /var/log -o -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp \\) ` +
      `-prune -o -printf '%p\\t%y %m %U:%G %s %T@ %C@ %l\\n'`,
  )
  return new Map(text.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t') as [string, string]])))
}

// Remembers these hosts; what is given back fails when anything on any of their disks was touched since. Debian's own
// timers (sessions, logs) would touch things at moments of their own choice: they are stopped.
export async function remember(hosts: readonly LabHost[]): Promise<() => Promise<void>> {
  await Promise.all(
    hosts.map((host) =>
      host.must(`systemctl list-units --type=timer --plain --no-legend | cut -d' ' -f1 | xargs -r systemctl stop`),
    ),
  )
  const before = await Promise.all(hosts.map(listing))
  return async () => {
    const after = await Promise.all(hosts.map(listing))
    for (const [index, host] of hosts.entries()) {
      const was = before[index] ?? new Map<string, string>()
      const is = after[index] ?? new Map<string, string>()
      const touched = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path))
      assert.equal(
        touched.map((path) => `${path}: ${was.get(path) ?? 'nothing'} -> ${is.get(path) ?? 'nothing'}`),
        [],
        `nothing was touched on ${host.name}`,
      )
    }
  }
}
