import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithProcess } from '../test/lab/end-with-process.ts'
import { type LabHost } from '../test/lab/host.ts'
import { prepareLab } from '../test/lab/lab.ts'
import { type Command, measure, type Measured } from './measured.ts'

export const say = (text: string) => process.stdout.write(`${text}\n`)
const root = fileURLToPath(new URL('..', import.meta.url))
export const FLIGHT = [process.execPath, join(root, 'bin/flight')]

// Hosts of a lab of its own, and the definitions that make a web server of each.
export type Scene = {
  hosts: readonly LabHost[]
  folder: string
  sshConfig: string
  ssh(host: LabHost, command: string, input?: string): Command
  flight(...words: string[]): Promise<Measured>
  // Starts as many bare hosts more.
  more(count: number): Promise<LabHost[]>
  // Connections and channels that sshd counted on each of the hosts (all, unless said otherwise) while `work` went on.
  counted(work: () => Promise<unknown>, hosts?: readonly LabHost[]): Promise<string>
}

export async function openScene(servers: number): Promise<Scene> {
  const lab = await prepareLab({ suites: ['bookworm'], log: say, id: 81 })
  endWithProcess(lab)
  const folder = mkdtempSync(join(tmpdir(), 'flight-bench-definitions-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const start = (count: number) =>
    lab.startHosts(
      Array.from({ length: count }, (_, at) => ({
        name: `web-${lab.hosts.size + at + 1}`,
        suite: 'bookworm' as const,
      })),
    )
  const hosts = await start(servers)
  const { sshConfig } = lab.places
  writeDefinitions(
    folder,
    hosts.map((host) => [host.name, host.name] as const),
  )
  return {
    hosts,
    folder,
    sshConfig,
    ssh: (host, command, input = '') => ({ words: ['ssh', '-F', sshConfig, host.name, command], input }),
    flight: (...words) =>
      measure([{ words: [...FLIGHT, ...words] }], { cwd: folder, env: { FLIGHT_SSH_CONFIG: sshConfig } }),
    more: start,
    async counted(work, counting = hosts) {
      const marks = counting.map((host) => host.sshActivity(0).mark)
      await work()
      const seen = counting.map((host, at) => host.sshActivity(marks[at]))
      const each = (count: (activity: (typeof seen)[number]) => number) => [...new Set(seen.map(count))].join('-')
      return `${each((one) => one.connections)} / ${each((one) => one.commands + one.subsystems + one.shells)}`
    },
  }
}

// Definitions for these servers: name and host of each.
export function writeDefinitions(folder: string, servers: readonly (readonly [string, string])[]): void {
  mkdirSync(join(folder, 'clusters'), { recursive: true })
  const example = readFileSync(join(root, 'templates/init/clusters/staging.yml'), 'utf8')
  const settings = example.slice(0, example.indexOf('servers:'))
  const lines = servers.map(([name, host]) => `  - { name: ${name}, host: ${host}, web_server: true }\n`)
  writeFileSync(join(folder, 'clusters/staging.yml'), `${settings}servers:\n${lines.join('')}`)
  writeFileSync(join(folder, 'flight.yml'), `state: ${join(folder, 'state')}\n`)
}
