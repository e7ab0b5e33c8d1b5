import { FlightError } from '../model/errors.ts'
import { nearest } from '../schema/nearest.ts'
import { askGit } from './git.ts'
import type { Git } from './git.ts'
import { shownName } from './tar-entry.ts'

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
