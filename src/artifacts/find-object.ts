import { FlightError } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'
import { nearest } from '../schema/nearest.ts'
import { askGit, type Git } from './git.ts'

// An object of the repository; `ref` when it was named by a branch or tag.
type Found = { object: string; ref: Ref | undefined }

// git's own limit is 4, which a growing repository soon makes ambiguous.
const SHORTEST = 7

// The one object that a full or short SHA, a tag or a branch names.
// No expression of git (HEAD~2, @{u}, :/text) is understood.
export async function objectOf(git: Git, repo: string, written: string, refs: readonly Ref[]): Promise<Found> {
  const hex = /^[0-9a-f]+$/i.test(written) ? written.toLowerCase() : undefined
  if (hex?.length === 40) return { object: await existing(git, repo, hex), ref: undefined }
  const named = refs.filter(
    ({ name }) => name === written || name === `refs/heads/${written}` || name === `refs/tags/${written}`,
  )
  const begun = hex === undefined || hex.length < SHORTEST || hex.length > 40 ? [] : await commitsBeginning(git, hex)
  const different = new Set([...named.map(({ object }) => object), ...begun])
  const [only] = different
  if (only !== undefined && different.size === 1) return { object: only, ref: named[0] }
  if (only === undefined) throw unknown(repo, written, hex, refs)
  const meanings = [
    ...named.map(({ name, object }) => `${name} (${object.slice(0, 12)})`),
    ...(await Promise.all(begun.slice(0, 5).map((object) => subjectOf(git, object)))),
  ]
  throw noCommit(
    repo,
    `${written} is ambiguous: ${meanings.join(', ')}`,
    named.length > 0 ? 'write refs/heads/… or refs/tags/…, or the full SHA' : 'write more of the SHA',
  )
}

async function existing(git: Git, repo: string, sha: string): Promise<string> {
  const answer = await askGit(git, ['cat-file', '--batch-check=%(objecttype)'], [`${sha}\n`])
  if (!answer.trim().endsWith('missing')) return sha
  throw noCommit(repo, `there is no commit ${sha} in the repository`, 'is it pushed, to this repository, to a branch?')
}

// Several objects may begin alike: those count that are commits of a
// branch or tag; when there is none, any commit, to be refused by name.
async function commitsBeginning(git: Git, hex: string): Promise<string[]> {
  const objects = lines(await askGit(git, ['rev-parse', `--disambiguate=${hex}`]))
  if (objects.length === 0) return []
  const types = lines(
    await askGit(
      git,
      ['cat-file', '--batch-check=%(objecttype)'],
      objects.map((object) => `${object}\n`),
    ),
  )
  const commits = objects.filter((_, index) => types[index] === 'commit')
  const reachable = await Promise.all(
    commits.slice(0, 50).map(async (commit) => ((await refsWith(git, commit, 1)).length > 0 ? [commit] : [])),
  )
  return reachable.flat().length > 0 ? reachable.flat() : commits
}

async function subjectOf(git: Git, object: string): Promise<string> {
  const subject = await askGit(git, ['show', '--no-patch', '--no-show-signature', '--format=%s', object])
  return `${object.slice(0, 16)} (${briefly(Buffer.from(subject, 'latin1').toString('utf8'))})`
}

function unknown(repo: string, written: string, hex: string | undefined, refs: readonly Ref[]): Error {
  const shown = JSON.stringify(briefly(written))
  if (hex !== undefined && hex.length < SHORTEST)
    return noCommit(repo, `${shown} is too short for a SHA, and no branch or tag`, `write at least ${SHORTEST} digits`)
  const near = nearest(
    written,
    refs.map(({ name }) => shortRef(name)),
  )
  const what =
    hex === undefined
      ? `has no branch or tag ${shown}`
      : `has no commit that begins with ${shown}, and no branch or tag of that name`
  if (near !== undefined) return noCommit(repo, what, `did you mean ${near}?`)
  const some = refs.slice(0, 5).map(({ name }) => shortRef(name))
  return noCommit(
    repo,
    what,
    some.length === 0
      ? 'the repository is empty'
      : `is it pushed? It has ${some.join(', ')}${refs.length > some.length ? ', …' : ''}`,
  )
}

function lines(answer: string): string[] {
  return answer.split('\n').filter((line) => line !== '')
}

// A branch or tag; `object` is what it points to, a tag object too.
export type Ref = { name: string; object: string }

const PLACES = ['refs/heads', 'refs/tags']

// Every branch and tag, sorted by name.
export async function refsOf(git: Git): Promise<Ref[]> {
  return parsed(await askGit(git, ['for-each-ref', '--format=%(objectname) %(refname)', ...PLACES]))
}

// The branches and tags that a commit is on, at most `most`.
export async function refsWith(git: Git, commit: string, most: number): Promise<Ref[]> {
  return parsed(
    await askGit(git, [
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      `--contains=${commit}`,
      `--count=${most}`,
      ...PLACES,
    ]),
  )
}

// A ref as people write it.
export function shortRef(name: string): string {
  return name.replace(/^refs\/(?:heads|tags)\//, '')
}

// Names are bytes: shown and compared as UTF-8.
function parsed(answer: string): Ref[] {
  return Buffer.from(answer, 'latin1')
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ')
      return { object: line.slice(0, space), name: line.slice(space + 1) }
    })
}

// A commit that cannot be released, and what is near.
export function noCommit(repo: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_COMMIT', where: repo, what, hint })
}
