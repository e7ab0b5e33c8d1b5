import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type DrillFault, type DrillStage, FAULTS, STAGES } from '../test/e2e/release-drill.ts'

// What each drill came to the last time that it was tried: how
// the command ended, and what all servers served soon after.
type Result = { stage: DrillStage; fault: DrillFault; exit: number | null; served: string; on: string }

const FILE = fileURLToPath(new URL('results.json', import.meta.url))
const PAGE = fileURLToPath(new URL('../docs/drills.md', import.meta.url))

export function results(): Result[] {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Result[]) : []
}

// Takes the place of what was noted of the same drill before.
export function note(result: Result): void {
  const rank = ({ stage, fault }: Result) => STAGES.indexOf(stage) * 100 + FAULTS.indexOf(fault)
  const others = results().filter(({ stage, fault }) => stage !== result.stage || fault !== result.fault)
  const all = [...others, result].sort((a, b) => rank(a) - rank(b))
  writeFileSync(FILE, `[\n${all.map((each) => `  ${JSON.stringify(each)}`).join(',\n')}\n]\n`)
}

// Writes docs/drills.md, once every field of its table is known.
export function writePage(): void {
  const known = results()
  if (known.length < STAGES.length * FAULTS.length) return
  const cell = (stage: DrillStage, fault: DrillFault) => {
    const found = known.find((result) => result.stage === stage && result.fault === fault)
    return found === undefined ? '' : `${found.exit === null ? 'killed' : `exit ${found.exit}`}, ${found.served}`
  }
  const days = [...new Set(known.map(({ on }) => on))].sort()
  writeFileSync(
    PAGE,
    `# Drills

What was done to releases on three real servers with \`npm run drills\` (${days.join(', ')}): a release is held up ` +
      `on one of them at every stage, and there something happens to it.
In each field: how the command ended, and which release all three served soon after, the old one or the new one. ` +
      `After each, as the drill itself checks: all
servers serve one release, as their links say and as their sites answer; nobody holds a lock; the same command, ` +
      `typed again, finishes, and then
all serve the new one; no command of the user ran twice in a release.

| stage | ${FAULTS.join(' | ')} |
|---|${FAULTS.map(() => '---').join('|')}|
${STAGES.map((stage) => `| ${stage} | ${FAULTS.map((fault) => cell(stage, fault)).join(' | ')} |`).join('\n')}

The second of two started together is told who holds the app (exit code 4), and with \`--wait\` it waits and ` +
      `finishes. Where a cable is cut for good, the run gives
up after three minutes before the release is live, after ten seconds while it goes live; a server that nobody ` +
      `confirms goes back by itself.

One field is *both*: the server was told that the release stays, and cut off for good before its answer was heard. ` +
      `The others go back then, and it does not know; once it can be reached again
the same command brings all to one release, and until then every plan and \`flight app:releases\` say so.
`,
  )
}
