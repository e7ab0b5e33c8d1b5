import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { FlightError } from '../model/errors.ts'
import { nearest } from '../schema/nearest.ts'
import { askGit, type Git } from './git.ts'
import { BadTar, shownName, type TarEntry } from './tar-entry.ts'

// What lies in a folder, in the order of its bytes, without .git and without the names in `leaveOut`; what was
// made in a folder that is left out is not left out with it.
export async function* walked(folder: string, leaveOut: ReadonlySet<string>, below = ''): AsyncGenerator<TarEntry> {
  const names = (await readdir(at(folder, below), { encoding: 'buffer' })).map((name) => name.toString('latin1'))
  for (const part of names.sort()) {
    const name = below === '' ? part : `${below}/${part}`
    if (part === '.git') continue
    const path = at(folder, name)
    const stats = await lstat(path)
    if (stats.isDirectory()) {
      if (!leaveOut.has(name)) yield { type: 'directory', name }
      yield* walked(folder, leaveOut, name)
    } else if (leaveOut.has(name)) continue
    else if (stats.isSymbolicLink())
      yield { type: 'link', name, target: (await readlink(path, { encoding: 'buffer' })).toString('latin1') }
    else if (stats.isFile())
      yield {
        type: 'file',
        name,
        executable: (stats.mode & 0o100) !== 0,
        size: stats.size,
        content: read(path, stats.size),
      }
    else throw new BadTar(`"${shownName(name)}" is a socket, a pipe or a device`)
  }
}

// Paths are bytes: a name need not be UTF-8.
function at(folder: string, name: string): Buffer {
  return name === '' ? Buffer.from(folder) : Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])
}

async function* read(path: Buffer, size: number): AsyncGenerator<Buffer> {
  if (size > 0) yield* createReadStream(path, { highWaterMark: 256 * 1024, end: size - 1 }) as AsyncIterable<Buffer>
}

// What a commit's tree says about its paths. Names are relative to the subdirectory.
export type TreeFacts = {
  tracked: readonly string[]
  submodules: ReadonlySet<string>
  filters: ReadonlyMap<string, string>
  substituted: readonly string[]
}

// Reads the index of a workshop.
export async function treeFacts(git: Git, subdirectory: string | undefined): Promise<TreeFacts> {
  const below = subdirectory === undefined ? '' : `${Buffer.from(subdirectory, 'utf8').toString('latin1')}/`
  const listed = records(
    await askGit(git, ['ls-files', '--stage', '-z', ...(subdirectory === undefined ? [] : ['--', subdirectory])]),
  ).map((line) => {
    const tab = line.indexOf('\t')
    return { mode: line.slice(0, 6), path: line.slice(tab + 1) }
  })
  const said = records(
    await askGit(
      git,
      ['check-attr', '--cached', '-z', '--stdin', 'filter', 'export-subst'],
      listed.map(({ path }) => `${path}\0`),
    ),
  )
  const filters = new Map<string, string>()
  const substituted: string[] = []
  for (let at = 0; at + 2 < said.length; at += 3) {
    const [path = '', attribute, value = ''] = said.slice(at, at + 3)
    if (attribute === 'filter' && value !== 'unspecified' && value !== 'unset')
      filters.set(path.slice(below.length), value)
    if (attribute === 'export-subst' && value === 'set') substituted.push(path.slice(below.length))
  }
  const relative = (entries: typeof listed) => entries.map(({ path }) => path.slice(below.length))
  return {
    tracked: relative(listed),
    submodules: new Set(relative(listed.filter(({ mode }) => mode === '160000'))),
    filters,
    substituted,
  }
}

// Refuses a subdirectory that is none in this commit.
export async function checkSubdirectory(git: Git, repo: string, commit: string, subdirectory: string): Promise<void> {
  const [entry = ''] = records(await askGit(git, ['ls-tree', '-z', commit, '--', subdirectory]))
  if (entry.startsWith('040000 tree ')) return
  const folders = records(await askGit(git, ['ls-tree', '-z', '-d', '-r', '--name-only', commit])).map(shownName)
  const near = nearest(subdirectory, folders)
  const what =
    entry === ''
      ? `has no folder ${subdirectory} in commit ${commit.slice(0, 12)}`
      : `${subdirectory} is no folder in commit ${commit.slice(0, 12)}`
  throw new FlightError({
    code: 'FLIGHT_COMMIT',
    where: repo,
    what,
    hint: near === undefined ? 'correct subdirectory, or release another commit' : `did you mean ${near}?`,
  })
}

function records(answer: string): string[] {
  return answer.split('\0').slice(0, -1)
}
