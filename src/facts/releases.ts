import type { CommandState, ReleaseFact, ReleasesFact } from '../model/fact.ts'
import { RELEASE_NAME, type ReleaseNote } from '../model/release.ts'
import { RELEASES } from '../model/record.ts'
import { linesTo } from '../shell/document.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// The releases of apps: what root noted of each, and where `current` points to.
// A command without an exit code is asked after: whether its unit still runs.
export const releasesFact: FactSort<'releases'> = {
  shell: (queries) =>
    [
      // Read by the shell itself: a program for each of these little
      // files took longer than all else that planning a release asks.
      `tab=$(printf '\\t')`,
      `line() { line=; [ ! -f "$1" ] || IFS= read -r line <"$1"; case $line in *"$tab"*) line=$(printf %s "$line" | ` +
        `tr '\\t' ' ');; esac; }`,
      `is_line() { { IFS= read -r line; ! IFS= read -r more && [ -z "$more" ]; } 2>/dev/null <"$1" && case $line in ` +
        `*"$tab"*) false;; esac; }`,
      `releases_of() {`,
      `  printf 'app\\t%s\\n' "$1"; base=/home/$1/$1; records=${RELEASES}/$1`,
      `  if [ -L "$base/current" ]; then printf 'current\\tlink\\t%s\\n' "$(readlink -- "$base/current" | base64 ` +
        `-w0)"; elif [ -e "$base/current" ]; then printf 'current\\tother\\t\\n'; fi`,
      `  [ ! -f "$records/past" ] || sed 's/^/past\\t/' "$records/past"`,
      `  for record in "$records"/*/; do`,
      `    [ -d "$record" ] || continue; record=\${record%/}; name=\${record##*/}`,
      `    present=; [ ! -d "$base/releases/$name" ] || present=1; confirmed=; [ ! -e "$record/confirmed" ] || ` +
        `confirmed=1; settled=; [ ! -e "$record/settled" ] || settled=1`,
      `    lives=0; live=; [ ! -f "$record/lives" ] || while read -r line; do lives=$((lives+1)); live=$line; done ` +
        `<"$record/lives"`,
      `    printf 'release\\t%s\\t%s\\t%s\\t%s\\t%s' "$name" "$present" "$lives" "$live" "$confirmed"`,
      `    for file in good failed kept before unpacked; do line "$record/$file"; printf '\\t%s' "$line"; done; ` +
        `printf '\\t%s\\n' "$settled"`,
      `    for folder in "$record"/commands/*/; do`,
      `      [ -d "$folder" ] || continue; folder=\${folder%/}; key=\${folder##*/}`,
      `      if [ -e "$folder/rc" ]; then read -r state <"$folder/rc"; elif systemctl is-active --quiet ` +
        `"flight-of-$1-$name-$key.service"; then state=running; elif [ -e "$folder/rc" ]; then read -r state ` +
        `<"$folder/rc"; ` +
        `else state=unknown; fi; [ -n "$state" ] || state=unknown`,
      `      printf 'command\\t%s\\t%s\\t' "$key" "$state"`,
      `      if is_line "$folder/command"; then printf 'line\\t%s\\n' "$line"; else printf 'base64\\t%s\\n' "$(head ` +
        `-c 4000 "$folder/command" 2>/dev/null | base64 -w0)"; fi`,
      `    done`,
      `  done`,
      `}`,
      linesTo(
        'while read -r app; do releases_of "$app"; done',
        queries.map(({ app }) => app),
      ),
    ].join('\n'),

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
