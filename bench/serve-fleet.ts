import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Repository, temporary } from '../test/artifacts/repository.ts'
import { repositoryOf } from '../test/e2e/app-repository.ts'
import { type Command, measure, type Measured } from './measured.ts'
import { FLIGHT, type Scene, writeDefinitions } from './scene.ts'

export type BenchApp = { name: string; repo: Repository }
export type BenchFleet = { folder: string; apps: BenchApp[]; flight(...words: string[]): Promise<Measured> }

// Small apps, configured on these servers of the scene and never released yet, in a definitions folder of their own.
export async function fleetOfApps(
  scene: Scene,
  wanted: readonly { name: string; on: readonly string[] }[],
): Promise<BenchFleet> {
  const folder = temporary('flight-bench-serve-')
  writeDefinitions(
    folder,
    scene.hosts.map(({ name }) => [name, name] as const),
  )
  mkdirSync(join(folder, 'apps'))
  const apps = wanted.map(({ name, on }) => {
    const repo = repositoryOf('plain')
    writeFileSync(join(folder, `apps/${name}.yml`), definition(name, repo.path, on))
    return { name, repo }
  })
  const flight = (...words: string[]) =>
    measure([{ words: [...FLIGHT, ...words] } satisfies Command], {
      cwd: folder,
      env: { FLIGHT_SSH_CONFIG: scene.sshConfig },
    })
  await flight('plan')
  await flight('apply', 'plan.json')
  return { folder, apps, flight }
}

function definition(name: string, repo: string, on: readonly string[]): string {
  const servers = on.map((server) => `  - { name: ${server}, web: { pm: ondemand, max_workers: 2 } }\n`).join('')
  return `repo: ${repo}
php: 8.2
cluster: staging
domain: ${name}.example.com
health_check: /
linked_dirs: [ storage/logs ]
linked_files: []
keep_releases: 2
servers:
${servers}`
}
