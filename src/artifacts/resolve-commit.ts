import type { Commit } from '../model/artifact.ts'
import { onOneLine } from '../model/printable.ts'
import { noCommit, objectOf, type Ref, refsOf, refsWith, shortRef } from './find-object.ts'
import { askGit } from './git.ts'
import type { Git } from './git.ts'

// The commit that a SHA, tag or branch names; refused unless it is on
// a branch or tag, and on one of `releaseFrom` when that names any.
export async function resolveCommit(
  git: Git,
  repo: string,
  written: string,
  releaseFrom: readonly string[],
): Promise<Commit> {
  const refs = await refsOf(git)
  const { object, ref } = await objectOf(git, repo, written, refs)
  const commit = await peeled(git, repo, written, object)
  const on = ref ?? (await refsWith(git, commit, 1))[0]
  if (on === undefined)
    throw noCommit(
      repo,
      `${written} is on no branch or tag of the repository`,
      'push it to a branch; a pull request is merged first',
    )
  const from = await holdReleaseFrom(git, { repo, written, commit }, refs, releaseFrom)
  return described(git, commit, ref?.name ?? from?.name ?? on.name)
}

async function peeled(git: Git, repo: string, written: string, object: string): Promise<string> {
  // The object is known by its digest, so that nothing of what a user wrote is read as a revision.
  const [, type, peeledTo] =
    /^(\w+) (\S*)/.exec(
      await askGit(git, ['cat-file', '--batch-check=%(objecttype) %(objectname)'], [`${object}^{}\n`]),
    ) ?? []
  if (type === 'commit' && peeledTo !== undefined) return peeledTo
  throw noCommit(
    repo,
    `${written} is no commit: it names a ${type ?? 'thing that git does not know'}`,
    'name a commit, or a branch or tag of one',
  )
}

async function holdReleaseFrom(
  git: Git,
  { repo, written, commit }: { repo: string; written: string; commit: string },
  refs: readonly Ref[],
  releaseFrom: readonly string[],
): Promise<Ref | undefined> {
  if (releaseFrom.length === 0) return undefined
  const branches = releaseFrom.flatMap((name) => refs.filter((ref) => ref.name === `refs/heads/${name}`))
  if (branches.length === 0)
    throw noCommit(
      repo,
      `release_from names ${releaseFrom.join(', ')}, and the repository has no such branch`,
      `it has ${listed(refs.filter(({ name }) => name.startsWith('refs/heads/')))}`,
    )
  const holding = new Set((await refsWith(git, commit, 100_000)).map(({ name }) => name))
  const found = branches.find(({ name }) => holding.has(name))
  if (found !== undefined) return found
  const elsewhere = [...holding].slice(0, 3).map(shortRef).join(', ')
  throw noCommit(
    repo,
    `${written} is not on ${releaseFrom.join(' or ')}, from where alone this app is released`,
    `it is on ${elsewhere}: merge it, or name the branch in release_from`,
  )
}

async function described(git: Git, commit: string, ref: string): Promise<Commit> {
  const answer = await askGit(git, [
    'show',
    '--no-patch',
    '--no-show-signature',
    '--encoding=UTF-8',
    '--format=%T%x00%an%x00%ct%x00%s',
    commit,
  ])
  const [tree = '', author = '', seconds = '', ...subject] = Buffer.from(answer, 'latin1').toString('utf8').split('\0')
  return {
    commit,
    tree,
    subject: shown(subject.join(' ')),
    author: shown(author),
    committedAt: new Date(Number(seconds) * 1000).toISOString(),
    ref,
  }
}

function shown(text: string): string {
  const line = onOneLine(text)
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}

function listed(refs: readonly Ref[]): string {
  const names = refs.slice(0, 5).map(({ name }) => shortRef(name))
  return names.length === 0 ? 'no branch at all' : `${names.join(', ')}${refs.length > 5 ? ', …' : ''}`
}
