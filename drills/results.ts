import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type DrillFault, type DrillStage, FAULTS, STAGES } from '../test/e2e/release-drill.ts'
import { type Code } from './code.ts'
import { FULL_SIZE } from './full-size.ts'

// What each drill came to the last time that it was tried, with which code, on which day: how the command ended, and
// what all servers served soon after.
export type Field = { stage: DrillStage; fault: DrillFault; exit: number | null; served: string; on: string } & Code
// A test file that passed at full size.
export type FullSize = { file: string; passed: number; on: string } & Code
export type Results = { fields: Field[]; fullSize: FullSize[] }

const FILE = fileURLToPath(new URL('results.json', import.meta.url))
const PAGE = fileURLToPath(new URL('../docs/drills.md', import.meta.url))

export function results(): Results {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Results
}

// Takes the place of what was noted of the same drill before.
export function noteField(field: Field): void {
  const rank = ({ stage, fault }: Field) => STAGES.indexOf(stage) * 100 + FAULTS.indexOf(fault)
  const { fields, fullSize } = results()
  const others = fields.filter(({ stage, fault }) => stage !== field.stage || fault !== field.fault)
  write({ fields: [...others, field].sort((a, b) => rank(a) - rank(b)), fullSize })
}

// The same for a file at full size.
export function noteFullSize(result: FullSize): void {
  const { fields, fullSize } = results()
  const others = fullSize.filter(({ file }) => file !== result.file)
  write({ fields, fullSize: [...others, result].sort((a, b) => (a.file < b.file ? -1 : 1)) })
}

function write({ fields, fullSize }: Results): void {
  const lines = (all: readonly object[]) => all.map((each) => `    ${JSON.stringify(each)}`).join(',\n')
  const list = (name: string, all: readonly object[]) =>
    `  "${name}": [${all.length === 0 ? '' : `\n${lines(all)}\n  `}]`
  writeFileSync(FILE, `{\n${list('fields', fields)},\n${list('fullSize', fullSize)}\n}\n`)
}

// What is recorded of a code other than this, in words; nothing when the record is of today's code.
export function outdated({ digest }: Pick<Code, 'digest'>, { fields, fullSize }: Results = results()): string[] {
  const of = (count: number, what: string) => (count === 0 ? [] : [`${count} ${what}`])
  const old = fields.filter((field) => field.digest !== digest).length
  const oldFiles = fullSize.filter((result) => result.digest !== digest).length
  const never = FULL_SIZE.filter(({ file }) => !fullSize.some((result) => result.file === file)).length
  return [
    ...of(old, `of ${STAGES.length * FAULTS.length} faults were tried with older code`),
    ...of(oldFiles, `of ${FULL_SIZE.length} files ran at full size with older code`),
    ...of(never, `of ${FULL_SIZE.length} files have not run at full size since the results are recorded`),
  ]
}

// Writes docs/drills.md of what is recorded.
export function writePage(): void {
  writeFileSync(PAGE, page(results()))
}

// docs/drills.md.
export function page({ fields, fullSize }: Results): string {
  const cell = (stage: DrillStage, fault: DrillFault) => {
    const found = fields.find((result) => result.stage === stage && result.fault === fault)
    return found === undefined ? '' : `${found.exit === null ? 'killed' : `exit ${found.exit}`}, ${found.served}`
  }
  const when = (all: readonly ({ on: string } & Code)[]) =>
    [...new Set(all.map(({ on, commit }) => `${on} at commit ${commit}`))].sort().join('; ')
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
  const full = (file: string) => {
    const found = fullSize.find((result) => result.file === file)
    return found === undefined ? 'not yet' : `${found.passed} passed, ${when([found])}`
  }
  const sizes = FULL_SIZE.map(({ file, small, large }) => [`\`${file}\``, small ?? 'nothing', large, full(file)])
  return `# Drills

\`npm test\` proves each promise on real servers, in small: each fault once, loads that overlap each
switch, a handful of apps. \`npm run drills\` does the whole of it and notes what came of it in
\`drills/results.json\`, with the commit it ran at. \`test/house/drills.test.ts\` says when the code
that the drills drill has changed since (${DRILLED_WORDS}), and fails when a new version would
be released on an old record.

    npm run drills                      all of it, which takes hours
    npm run drills -- "go live" after   only these stages
    npm run drills -- full              only the files at full size
    npm run drills -- site promises     only these files at full size

## Every fault at every stage of a release

A release on three real servers is held up on one of them at every stage, and there something happens
to it (${when(fields)}).

In each field: how the command ended, and which release all three served soon after, the old one or
the new one. After each, as the drill itself checks: all servers serve one release, as their links
say and as their sites answer; no lock is held; the same command, typed again, finishes, and then all
serve the new one; no command of the user ran twice in a release.

${table(
  ['stage', ...FAULTS],
  STAGES.map((stage) => [stage, ...FAULTS.map((fault) => cell(stage, fault))]),
)}

The second of two started together is told who holds the app (exit code 4), and with \`--wait\` it
waits and finishes. Where a cable is cut for good, the run gives up after three minutes before the
release is live, after ten seconds while it goes live; a server that is not confirmed rolls back on
its own.

One field is *both*: the server was told that the release stays, and cut off for good before its
answer was heard. The others roll back then, and it does not know; once it can be reached again the
same command brings all to one release, and until then every plan and \`flight app:releases\` say so.

## At full size

What every run of the tests does in small, and what is left to the drills: variants of what is shown
in small, which would take hours in every run. What is at full size holds what is in small.

${table(['file', 'in every run', 'at full size', 'last result'], sizes)}
`
}

const DRILLED_WORDS = 'the engine’s apply, host and undertakings, remote, shell, steps, transport, templates'
