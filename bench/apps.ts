import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FLIGHT, say, type Scene, writeDefinitions } from './scene.ts'
import { measure } from './measured.ts'
import { median, milliseconds, seconds, table } from './table.ts'

const SIZES = [1, 5, 10, 25, 50]
const ROUNDS = 5

// Apps on two provisioned web servers, each with a pool, a site, folders and log rotation on both: what configuring the
// next ones takes, and what asking takes once nothing is to be done.
export async function benchApps(scene: Scene): Promise<void> {
  say('\nD. From 1 to 50 apps on two web servers')
  const hosts = scene.hosts.slice(0, 2)
  const folder = mkdtempSync(join(tmpdir(), 'flight-bench-apps-'))
  const flight = (...words: string[]) =>
    measure([{ words: [...FLIGHT, ...words] }], { cwd: folder, env: { FLIGHT_SSH_CONFIG: scene.sshConfig } })
  try {
    writeDefinitions(
      folder,
      hosts.map((host) => [host.name, host.name] as const),
    )
    mkdirSync(join(folder, 'apps'))
    const rows: string[][] = []
    let have = 0
    for (const size of SIZES) {
      for (let number = have + 1; number <= size; number++)
        writeApp(
          folder,
          number,
          hosts.map(({ name }) => name),
        )
      const added = size - have
      have = size
      const planned = await flight('plan')
      const applied = await flight('apply', 'plan.json')
      const channels = await scene.counted(() => flight('plan', '--detailed-exitcode', '--out', '-'), hosts)
      const idle = []
      for (let round = 0; round < ROUNDS; round++) idle.push(await flight('plan', '--detailed-exitcode', '--out', '-'))
      rows.push([
        `${size} (${added} new)`,
        milliseconds(planned.wall),
        seconds(applied.wall),
        milliseconds(applied.wall / added),
        milliseconds(median(idle.map(({ wall }) => wall))),
        milliseconds(median(idle.map(({ cpu }) => cpu))),
        channels,
      ])
    }
    say(
      `\n${table(
        ['apps', 'plan of the new', 'apply', 'each new app', 'nothing to do', 'CPU here', 'connections / channels'],
        rows,
      )}`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeApp(folder: string, number: number, servers: readonly string[]): void {
  const name = `app-${String(number).padStart(2, '0')}`
  const lines = servers.map((server) => `  - { name: ${server}, web: { pm: ondemand, max_workers: 4 } }\n`)
  writeFileSync(
    join(folder, `apps/${name}.yml`),
    `repo: git@example.com:org/${name}.git\nphp: 8.2\ncluster: staging\ndomain: ` +
      `${name}.example.com\nservers:\n${lines.join('')}`,
  )
}
