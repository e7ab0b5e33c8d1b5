import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './folder-lock.ts'

const CONFIGURATION = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n'

// What a repository could hold beside objects and refs, and what would change how git reads or runs.
const UNWANTED = [
  'hooks',
  'info',
  'shallow',
  'config.worktree',
  'objects/info/alternates',
  'objects/info/http-alternates',
  'logs',
  'refs/replace',
]

// The configuration of a mirror: these bytes and no others.
export async function writeConfiguration(repository: string): Promise<void> {
  await rm(join(repository, 'config'), { recursive: true, force: true })
  await writeFile(join(repository, 'config'), CONFIGURATION, { mode: 0o600 })
}

// Removes what a killed git left (we hold the lock, so no git lives here) and what nobody of us put there.
export async function tidyMirror(repository: string): Promise<void> {
  await Promise.all(UNWANTED.map((name) => rm(join(repository, name), { recursive: true, force: true })))
  await writeConfiguration(repository)
  await mkdir(join(repository, 'info'))
  const left = [
    ...(await namesIn(repository, '', false)),
    ...(await namesIn(repository, 'refs', true)),
    ...(await namesIn(repository, 'objects/pack', true)),
    ...(await namesIn(repository, 'objects/info', true)),
  ].filter((path) => path.endsWith('.lock') || /(^|\/)tmp_[^/]*$|^gc\.pid$/.test(path))
  await Promise.all(left.map((path) => rm(join(repository, path), { recursive: true, force: true })))
}

async function namesIn(repository: string, folder: string, recursive: boolean): Promise<string[]> {
  try {
    return (await readdir(join(repository, folder), { recursive })).map((name) => join(folder, name))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
