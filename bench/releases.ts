import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '../src/model/plan.ts'
import type { Receipt } from '../src/model/receipt.ts'
import { make, requestFor, temporary } from '../test/artifacts/repository.ts'
import { repositoryOf } from '../test/e2e/app-repository.ts'
import { must } from '../test/lab/command.ts'
import type { LabHost } from '../test/lab/host.ts'
import { type Command, measure, type Measured } from './measured.ts'
import { FLIGHT, say, type Scene, writeDefinitions } from './scene.ts'
import { median, milliseconds, table } from './table.ts'

const SIZES = [1, 2, 4, 8]
const SPLIT = 4
const ROUNDS = 5

type Both = Record<'floor' | 'flight', Measured[]>

// New commits of a small application, released to 1 to 8 web servers, beside the least that brings one there: an scp
// and a tar for each server, side by side. Each size is an app of its own; all are released in each round.
export async function benchReleases(scene: Scene): Promise<void> {
  say(
    `\nE. A release of a small application against its floor, and growth: medians of ${ROUNDS} rounds, one of each ` +
      `in turn`,
  )
  const most = Math.max(...SIZES)
  say(`  provisions ${most - scene.hosts.length} more servers`)
  const hosts = [...(await scene.more(most - scene.hosts.length)), ...scene.hosts]
  const folder = temporary('flight-bench-releases-')
  const env = { FLIGHT_SSH_CONFIG: scene.sshConfig, FLIGHT_DEFINITIONS: folder }
  const flight = (...words: string[]) => measure([{ words: [...FLIGHT, ...words] }], { cwd: folder, env })
  const repo = repositoryOf('plain')
  writeDefinitions(
    folder,
    hosts.map(({ name }) => [name, name] as const),
  )
  mkdirSync(join(folder, 'apps'))
  for (const size of SIZES)
    writeFileSync(join(folder, `apps/to-${size}.yml`), definition(`to-${size}`, repo.path, hosts.slice(0, size)))
  await flight('plan')
  await flight('apply', 'plan.json')

  const measured = new Map(SIZES.map((size): [number, Both] => [size, { floor: [], flight: [] }]))
  for (let round = 0; round <= ROUNDS; round++) {
    const commit = repo.commit(`Round ${round}`, { 'version.txt': `${round}\n` })
    const { artifact } = await make(requestFor(repo.path, { commit }))
    for (const [size, both] of measured) {
      const floor = await measure(
        hosts.slice(0, size).map((host) => copyThen(UNPACK, scene.sshConfig, host, artifact.file)),
      )
      const released = await flight('app:release', `to-${size}`, commit, '--yes')
      // The first round warms the caches of everybody.
      if (round === 0) continue
      both.floor.push(floor)
      both.flight.push(released)
    }
  }
  say(
    `\n${table(
      ['servers', 'scp and tar', 'flight app:release', 'least', 'most', 'ratio', 'CPU of scp', 'CPU of flight'],
      [...measured].map(([size, both]) => [`${size}`, ...row(both)]),
    )}`,
  )

  const commit = repo.commit('Split', { 'version.txt': 'split\n' })
  const began = performance.now()
  let said = ''
  const channels = await scene.counted(
    async () =>
      (said = await must('env', [...FLIGHT, 'app:release', `to-${SPLIT}`, commit, '--yes', '--json'], {
        env: { ...process.env, ...env },
      })),
    hosts.slice(0, SPLIT),
  )
  const rows = stagesOf(JSON.parse(said) as Said, performance.now() - began)
  say(
    `\n${table([`one release to ${SPLIT} servers`, ''], [...rows, ['connections / channels, each server', channels]])}`,
  )
}

function definition(name: string, repo: string, hosts: readonly LabHost[]): string {
  const servers = hosts.map((host) => `  - { name: ${host.name}, web: { pm: ondemand, max_workers: 4 } }\n`).join('')
  return `repo: ${repo}
php: 8.2
cluster: staging
domain: ${name}.example.com
health_check: /
linked_dirs: [ storage/logs ]
linked_files: []
servers:
${servers}`
}

// Flight says that bytes are there once they are on the disk; scp leaves that to the kernel.
export const SYNC = 'sync floor.tar.gz'
export const UNPACK = 'rm -rf floor && mkdir floor && tar xzf floor.tar.gz -C floor'

// A file to one server with scp, and then a command there over an ssh of its own.
export function copyThen(after: string | undefined, sshConfig: string, { name }: LabHost, file: string): Command {
  const scp = ['scp', '-q', '-F', sshConfig, file, `${name}:floor.tar.gz`]
  if (after === undefined) return { words: scp }
  return {
    words: [
      'sh',
      '-c',
      'after=$1 config=$2 name=$3; shift 3; "$@" && exec ssh -F "$config" "$name" "$after"',
      'sh',
      after,
      sshConfig,
      name,
      ...scp,
    ],
  }
}

function row({ floor, flight }: Both): string[] {
  const walls = flight.map(({ wall }) => wall)
  const [least, usual] = [floor, flight].map((all) => median(all.map(({ wall }) => wall))) as [number, number]
  const cpu = [floor, flight].map((all) => milliseconds(median(all.map((one) => one.cpu))))
  return [
    milliseconds(least),
    milliseconds(usual),
    milliseconds(Math.min(...walls)),
    milliseconds(Math.max(...walls)),
    (usual / least).toFixed(1),
    ...cpu,
  ]
}

type Said = { plan: Plan; receipt: Receipt }

// What the stages of a release took, each as long as on its slowest server.
function stagesOf({ plan, receipt }: Said, whole: number): string[][] {
  const took = new Map(
    receipt.servers.flatMap(({ name, actions }) =>
      actions.map((action) => [`${name} ${action.address}`, action.seconds * 1000] as const),
    ),
  )
  const stages = plan.stages.map(({ name, servers }) => {
    const each = servers.map(({ server, actions }) =>
      actions.reduce((sum, { address }) => sum + (took.get(`${server} ${address}`) ?? 0), 0),
    )
    return [name, milliseconds(Math.max(...each))]
  })
  return [
    ['plan, artifact, output', milliseconds(whole - receipt.seconds * 1000)],
    ...stages,
    ['all stages, with locks and verifying', milliseconds(receipt.seconds * 1000)],
    ['whole command', milliseconds(whole)],
  ]
}
