import type { ProgramsFact } from '../model/fact.ts'
import { RELEASE_NAME } from '../model/release.ts'
import { program } from '../shell/program.ts'
import { SUPERVISOR } from '../shell/supervisor.ts'
import { BadAnswer, type FactSort } from './fact.ts'

const STATES = ['RUNNING', 'STARTING', 'BACKOFF', 'STOPPING', 'STOPPED', 'EXITED', 'FATAL', 'UNKNOWN']

// What supervisor runs, in one request. `reloadConfig` reads what lies on disk and compares; it touches no running
// program.
export const programsFact: FactSort<'programs'> = {
  shell: () => program('fact-programs', SUPERVISOR),
  parse(output, queries) {
    const lines = output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'))
    const answered = lines.filter(([sort]) => sort !== 'draining' && sort !== 'runs')
    if (answered.length > 0 && answered.at(-1)?.join('\t') !== 'end')
      throw new BadAnswer('programs: the answer of supervisord is not whole')
    const fact = factOf(lines)
    return queries.map(() => fact)
  },
}

function factOf(lines: readonly string[][]): ProgramsFact {
  const states = new Map<string, string>()
  const unloaded = new Map<string, ProgramsFact['unloaded'][number]['is']>()
  const draining = new Set<string>()
  const runs: ProgramsFact['runs'][number][] = []
  let refusal: string | undefined
  for (const [sort = '', ...rest] of lines) {
    const [first, second] = rest
    if (sort === 'end' && rest.length === 0) continue
    if (first === undefined || first === '') throw notUnderstood(sort, rest)
    if (sort === 'draining' && rest.length === 1) draining.add(first)
    else if (
      sort === 'runs' &&
      rest.length === 4 &&
      second !== undefined &&
      (second === '-' || RELEASE_NAME.test(second))
    )
      runs.push({
        name: plainText(first),
        release: second === '-' ? '' : second,
        isLive: rest[2] === '1',
        isFresh: rest[3] === '1',
      })
    else if ((sort === 'added' || sort === 'changed' || sort === 'removed') && rest.length === 1)
      unloaded.set(plainText(first), sort)
    else if (sort === 'state' && rest.length === 4 && second !== undefined && STATES.includes(first))
      states.set(plainText(second), first)
    // The first call reads the configuration, the second one lists: that one has no reason to fail.
    else if (sort === 'fault' && first === '1' && second !== undefined)
      refusal = plainText(second).replace(/^CANT_REREAD: /, '')
    else throw notUnderstood(sort, rest)
  }
  const daemon = lines.some(([sort]) => sort === 'end')
  return {
    daemon,
    states: [...states].map(([name, state]) => ({ name, state })).sort(byName),
    unloaded: [...unloaded].map(([name, is]) => ({ name, is })).sort(byName),
    runs: runs.sort(byName),
    draining: daemon ? [...draining].sort() : [],
    refusal,
  }
}

const notUnderstood = (sort: string, rest: readonly string[]) =>
  new BadAnswer(`programs: ${JSON.stringify([sort, ...rest].join('\t').slice(0, 200))}`)

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }

function plainText(text: string): string {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] as string)
}
