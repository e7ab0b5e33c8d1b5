import { askGit } from './git.ts'
import type { Git } from './git.ts'

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
