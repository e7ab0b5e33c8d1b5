import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages } from '../test/lab/packages.ts'
import type { Places } from './places.ts'
import { say } from './say.ts'

// What git keeps of folders that the application fills while it runs.
const KEPT = [
  'bootstrap/cache',
  'storage/app',
  'storage/framework/cache/data',
  'storage/framework/sessions',
  'storage/framework/views',
  'storage/logs',
]

// A git repository of a small Laravel application, with one commit on `main` and an environment file that git ignores.
export async function makeApplication(places: Places): Promise<void> {
  if (spawnSync('git', ['--version']).error !== undefined) await installPackages('quickstart', ['git'], say)
  if (existsSync(places.shop)) return
  const fresh = `${places.shop}.new`
  rmSync(fresh, { recursive: true, force: true })
  cpSync(join(places.root, 'test/fixtures/laravel'), fresh, { recursive: true })
  for (const folder of KEPT) {
    mkdirSync(join(fresh, folder), { recursive: true })
    writeFileSync(join(fresh, folder, '.gitignore'), '*\n!.gitignore\n')
  }
  writeFileSync(join(fresh, '.gitignore'), '.env\n')
  writeFileSync(join(fresh, '.env'), `APP_NAME=shop\nAPP_KEY=base64:${randomBytes(32).toString('base64')}\n`, {
    mode: 0o600,
  })
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', fresh, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
  git('init', '--quiet', '--initial-branch=main')
  // Of this repository alone: whoever tries this may have said nothing of the kind to git yet.
  for (const [key, value] of Object.entries({
    'user.name': 'Quickstart',
    'user.email': 'quickstart@example.com',
    'commit.gpgsign': 'false',
  }))
    git('config', key, value)
  git('add', '--all')
  git('commit', '--quiet', '--message=First')
  renameSync(fresh, places.shop)
}
