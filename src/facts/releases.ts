import type { CommandState, ReleaseFact, ReleasesFact } from '../model/fact.ts'
import { RELEASE_NAME, type ReleaseNote } from '../model/release.ts'
import { RELEASES } from '../model/record.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// The releases of apps: what root noted of each, and where `current` points to.
export const releasesFact: FactSort<'releases'> = {
  shell: (queries) => program('fact-releases', { apps: queries.map(({ app }) => app), releases: RELEASES }),

  parse(output, queries) {
    const apps = new Map<string, string[][]>()
    let lines: string[][] = []
    for (const line of output.split('\n')) {
      if (line === '') continue
      const fields = line.split('\t')
      if (fields[0] === 'app') apps.set(fields[1] ?? '', (lines = []))
      else lines.push(fields)
    }
    return queries.map(({ app }) => {
      const of = apps.get(app)
      if (of === undefined) throw new BadAnswer(`releases: nothing of ${app}`)
      return factOf(app, of)
    })
  },
}

function factOf(app: string, lines: readonly string[][]): ReleasesFact {
  let current: ReleasesFact['current'] = { is: 'absent' }
  const releases: (Omit<ReleaseFact, 'commands'> & { commands: ReleaseFact['commands'][number][] })[] = []
  for (const [sort, ...fields] of lines) {
    const bad = () => new BadAnswer(`releases of ${app}: ${JSON.stringify([sort, ...fields].join(' ').slice(0, 200))}`)
    if (sort === 'current' && fields.length === 2)
      current = currentOf(app, fields[0] as string, textOf(fields[1] as string))
    else if (sort === 'past' && fields.length === 1 && RELEASE_NAME.test(fields[0] as string))
      releases.push({
        name: fields[0] as string,
        note: undefined,
        present: false,
        pruned: true,
        live: undefined,
        turns: 0,
        before: undefined,
        confirmed: false,
        settled: false,
        good: undefined,
        failed: undefined,
        kept: undefined,
        commands: [],
      })
    else if (sort === 'release' && fields.length === 11) releases.push(releaseOf(fields, bad))
    else if (sort === 'command' && fields.length === 4) {
      const [key = '', state = '', form = '', command = ''] = fields
      if (!/^[a-z0-9-]{1,40}$/.test(key)) throw bad()
      releases.at(-1)?.commands.push({
        key,
        command: (form === 'line' ? command : textOf(command)).trim(),
        state: stateOf(state, bad),
      })
    } else throw bad()
  }
  return { current, releases: releases.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

function currentOf(app: string, is: string, target: string): ReleasesFact['current'] {
  if (is === 'other') return { is: 'other', what: 'is no link' }
  const name = target
    .trim()
    .replace(new RegExp(`^(?:/home/${app}/${app}/)?releases/`), '')
    .replace(/\/$/, '')
  return RELEASE_NAME.test(name)
    ? { is: 'release', name }
    : { is: 'other', what: `points to ${target.trim().slice(0, 200)}` }
}

function releaseOf(fields: readonly string[], bad: () => BadAnswer): Omit<ReleaseFact, 'commands'> & { commands: [] } {
  const [
    name = '',
    present,
    lives = '',
    live = '',
    confirmed,
    good = '',
    failed = '',
    kept = '',
    before = '',
    note = '',
    settled,
  ] = fields
  const seconds = (text: string) => {
    if (text.trim() === '') return undefined
    if (!/^\d{1,12}(\.\d{1,9})?$/.test(text.trim())) throw bad()
    return Number(text)
  }
  if (!RELEASE_NAME.test(name) || !/^\d{1,6}$/.test(lives)) throw bad()
  const said = (text: string) => (text.trim() === '' ? undefined : text.trim())
  return {
    name,
    note: noteOf(note, bad),
    present: present === '1',
    pruned: false,
    live: seconds(live),
    turns: Number(lives),
    before: RELEASE_NAME.test(before.trim()) ? before.trim() : undefined,
    confirmed: confirmed === '1',
    settled: settled === '1',
    good: seconds(good),
    failed: said(failed),
    kept: said(kept),
    commands: [],
  }
}

const NOTED = ['commit', 'tree', 'subject', 'ref', 'artifact', 'composerLock', 'who', 'when'] as const

function noteOf(text: string, bad: () => BadAnswer): ReleaseNote | undefined {
  if (text === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw bad()
  }
  const note = value as Partial<Record<(typeof NOTED)[number], unknown>> | null
  if (note === null || typeof note !== 'object' || NOTED.some((key) => typeof note[key] !== 'string')) throw bad()
  return Object.fromEntries(NOTED.map((key) => [key, note[key]])) as ReleaseNote
}

function stateOf(text: string, bad: () => BadAnswer): CommandState {
  if (text === 'running' || text === 'unknown') return { is: text }
  if (!/^\d{1,3}$/.test(text)) throw bad()
  return { is: 'ended', code: Number(text) }
}

function textOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
