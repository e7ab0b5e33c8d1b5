import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Repository, repository, temporary } from '../artifacts/repository.ts'
import type { Application } from './release.ts'

// What git keeps of folders that an application fills while it runs.
const KEPT = [
  'bootstrap/cache',
  'storage/app',
  'storage/framework/cache/data',
  'storage/framework/sessions',
  'storage/framework/views',
  'storage/logs',
]

// A git repository of an application of the fixtures, with one commit on `main`.
export function repositoryOf(application: Application): Repository {
  const made = repository(join(temporary('flight-app-'), 'shop'))
  cpSync(fileURLToPath(new URL(`../fixtures/${application}`, import.meta.url)), made.path, { recursive: true })
  made.commit(
    'First',
    application === 'laravel'
      ? Object.fromEntries(KEPT.map((folder) => [`${folder}/.gitignore`, '*\n!.gitignore\n']))
      : { 'storage/logs/.gitignore': '*\n' },
  )
  return made
}
