import { run, type CommandResult } from './command.ts'
import { endWithProcess } from './end-with-process.ts'
import { type LabHost } from './host.ts'
import { prepareLab, type Lab } from './lab.ts'
import { type HostsFor, type HostWish } from './wish.ts'

let opening: Promise<Lab> | undefined

// The one lab of this process, made at the first call and ended with the process, however it ends.
export function sharedLab(): Promise<Lab> {
  opening ??= prepareLab({ suites: ['bookworm', 'trixie'], log: (line) => process.stderr.write(`${line}\n`) }).then(
    (lab) => {
      endWithProcess(lab)
      return lab
    },
  )
  return opening
}

// Hosts of the shared lab in the order asked for: those that
// are there are reused (and switched on), others are started.
export async function hosts<const Wishes extends readonly HostWish[]>(...wishes: Wishes): Promise<HostsFor<Wishes>> {
  const lab = await sharedLab()
  const there = wishes.map((wish) => lab.hosts.get(wish.name)).filter((host) => host !== undefined)
  await Promise.all(there.map((host) => host.boot()))
  await lab.startHosts(wishes.filter((wish) => !lab.hosts.has(wish.name)))
  const found = wishes.map((wish): LabHost => {
    const host = lab.hosts.get(wish.name)
    if (host?.suite !== wish.suite)
      throw new Error(`${wish.name} is a ${host?.suite} host already, wanted: ${wish.suite}`)
    return host
  })
  return found as HostsFor<Wishes>
}

// Runs the ssh client as users have it: `ssh(host.name, 'id
// -un')`, as root or `'-l', 'ops'`, with strict host key checking.
export async function ssh(...args: string[]): Promise<CommandResult> {
  const { places } = await sharedLab()
  return run('ssh', ['-F', places.sshConfig, ...args])
}
