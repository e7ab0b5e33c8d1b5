import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Artifact } from '../src/model/artifact.ts'
import type { Receipt } from '../src/model/receipt.ts'
import { make, requestFor, temporary } from '../test/artifacts/repository.ts'
import { repositoryOf } from '../test/e2e/app-repository.ts'
import { must } from '../test/lab/command.ts'
import type { LabHost } from '../test/lab/host.ts'
import { moveAway } from './distance.ts'
import { measure, type Measured } from './measured.ts'
import { copyThen, SYNC, UNPACK } from './releases.ts'
import { FLIGHT, say, type Scene, writeDefinitions } from './scene.ts'
import { median, milliseconds, seconds, table } from './table.ts'

const BYTES = 200_000_000
const ROUND_TRIP = 50
const ROUNDS = 3

// An artifact that does not shrink, to one server beside scp, near and far: sent alone, then sent and unpacked. Its
// digest is taken there while it is unpacked.
export async function benchUpload(scene: Scene): Promise<void> {
  say(`\nF. An artifact of ${BYTES / 1_000_000} MB to one server: medians of ${ROUNDS} rounds, one of each in turn`)
  const host = scene.hosts.at(-1)
  if (host === undefined) throw new Error('no hosts')
  const distance = await moveAway(host, ROUND_TRIP, scene.sshConfig)
  try {
    const repo = repositoryOf('plain')
    const commit = repo.commit('Large', { 'large.bin': randomBytes(BYTES) })
    const { artifact } = await make(requestFor(repo.path, { commit }))
    const release = await anApp(temporary('flight-bench-upload-'), repo.path, host, scene.sshConfig)
    await release(scene.sshConfig, commit)
    const rows = []
    for (const [where, sshConfig] of [
      ['no distance', scene.sshConfig],
      [`${ROUND_TRIP} ms round trip`, distance.sshConfig],
    ] as const) {
      const sides: Record<string, () => Promise<Measured>> = {
        scp: () => measure([copyThen(undefined, sshConfig, host, artifact.file)]),
        'scp, sync': () => measure([copyThen(SYNC, sshConfig, host, artifact.file)]),
        'Flight sends': () => send(host, sshConfig, artifact),
        'scp, tar': () => measure([copyThen(UNPACK, sshConfig, host, artifact.file)]),
        'Flight sends, compares and unpacks': () =>
          release(sshConfig, repo.commit('Next', { 'version.txt': randomBytes(8).toString('hex') })),
      }
      const all = Object.entries(sides).map(([side, run]) => ({ side, run, measured: [] as Measured[] }))
      for (let round = 0; round < ROUNDS; round++) for (const { run, measured } of all) measured.push(await run())
      for (const { side, measured } of all) rows.push([`${side}, ${where}`, ...figures(measured)])
    }
    say(`\n${table(['', 'wall', 'least', 'most', 'MB/s', 'CPU here'], rows)}`)
    say('  Each with its own connection, but for the last, whose time is that of its action in a release.')
  } finally {
    distance.close()
  }
}

let sendings = 0

// The step of a release alone, in a process of its own as scp is, without the time that Node takes to start.
async function send(host: LabHost, sshConfig: string, { file, size, sha256 }: Artifact): Promise<Measured> {
  const step = { step: 'upload', app: 'upload', release: `${'a'.repeat(12)}-${++sendings}`, file, size, sha256 }
  const program = fileURLToPath(new URL('send.ts', import.meta.url))
  const said = await must(process.execPath, ['--import', 'tsx', program, host.name, sshConfig, JSON.stringify(step)])
  await host.must('rm -rf /var/lib/flight/releases/upload')
  return JSON.parse(said) as Measured
}

type Release = (sshConfig: string, commit: string) => Promise<Measured>

// Configures an app on this host alone; gives how to release it,
// and how long the action takes that brings a release there.
async function anApp(folder: string, repo: string, { name }: LabHost, near: string): Promise<Release> {
  writeDefinitions(folder, [[name, name]])
  mkdirSync(join(folder, 'apps'))
  writeFileSync(
    join(folder, 'apps/large.yml'),
    `repo: ${repo}\nphp: 8.2\ncluster: staging\ndomain: large.example.com\nlinked_files: []\nkeep_releases: ` +
      `2\nservers:\n  - { name: ${name}, web: { pm: ondemand, max_workers: 4 } }\n`,
  )
  const flight = (sshConfig: string, ...words: string[]) =>
    must('env', [...FLIGHT, ...words, '--yes', '--json'], {
      env: { ...process.env, FLIGHT_SSH_CONFIG: sshConfig, FLIGHT_DEFINITIONS: folder },
      timeoutSeconds: 300,
    })
  await flight(near, 'app:configure', 'large')
  return async (sshConfig, commit) => {
    const { receipt } = JSON.parse(await flight(sshConfig, 'app:release', 'large', commit)) as { receipt: Receipt }
    const action = receipt.servers[0]?.actions.find(({ address }) => address.split('/')[1] === 'release')
    if (action === undefined) throw new Error('the receipt names no release')
    return { wall: action.seconds * 1000, cpu: NaN }
  }
}

function figures(measured: readonly Measured[]): string[] {
  const walls = measured.map(({ wall }) => wall)
  const cpu = median(measured.map((one) => one.cpu))
  return [
    seconds(median(walls)),
    seconds(Math.min(...walls)),
    seconds(Math.max(...walls)),
    (BYTES / 1000 / median(walls)).toFixed(0),
    Number.isNaN(cpu) ? '' : milliseconds(cpu),
  ]
}
