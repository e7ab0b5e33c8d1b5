import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isMissing, lockFolder, tryLockFolder } from './folder-lock.ts'
import { askGit } from './git.ts'
import type { Git } from './git.ts'
import { writeConfiguration } from './mirror-files.ts'

// A folder for one artifact: a repository that has the mirror's objects and none of its refs, so that what git makes of
// a commit depends on the commit alone ($Format:%D$ would name today's branches).
export type Workshop = { folder: string; tree: string; git: Git; remove(): Promise<void> }

const FOLDER = 'work'

// Makes a workshop whose index is the commit's tree.
export async function makeWorkshop(state: string, mirror: Git, commit: string): Promise<Workshop> {
  await mkdir(join(state, FOLDER), { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(state, FOLDER, 'artifact-'))
  const lock = await lockFolder(folder, 'exclusive', mirror.signal, () => undefined)
  const remove = async () => {
    await removeTree(folder)
    lock.letGo()
  }
  try {
    const repository = join(folder, 'repo')
    const objects = join(repository, 'objects')
    await mkdir(join(objects, 'info'), { recursive: true })
    await mkdir(join(repository, 'refs'))
    await writeConfiguration(repository)
    await writeFile(join(repository, 'HEAD'), 'ref: refs/heads/none\n')
    await writeFile(join(objects, 'info/alternates'), `${relative(objects, join(mirror.repository, 'objects'))}\n`)
    const git = { ...mirror, repository }
    await askGit(git, ['read-tree', commit])
    return { folder, tree: join(folder, 'tree'), git, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

// Writes the files of the commit into the workshop's tree.
export async function checkOut({ git, tree }: Workshop): Promise<void> {
  await mkdir(tree, { mode: 0o700 })
  await askGit(git, [`--work-tree=${tree}`, 'checkout-index', '--all', '--quiet'])
}

// Removes the workshops whose makers have died.
export async function sweepWorkshops(state: string): Promise<void> {
  for (const name of await namesIn(join(state, FOLDER))) {
    const folder = join(state, FOLDER, name)
    const lock = await tryLockFolder(folder)
    if (lock === undefined) continue
    await removeTree(folder)
    lock.letGo()
  }
}

// A build may leave folders that even their owner cannot enter.
async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    await unlockFolders(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

async function unlockFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await unlockFolders(join(folder, entry.name))
}
