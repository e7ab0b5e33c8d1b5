import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { labUnavailable } from '../test/lab/available.ts'
import { drill, type DrillFault, type DrillFleet, drillFleet, type DrillReport, type DrillStage, FAULTS, STAGES } from '../test/e2e/release-drill.ts'

// `npm run drills [-- STAGE…]`: every fault at every stage of a release, on three real servers. Writes docs/drills.md when all stages
// were tried. Ends by itself; takes about an hour.

const reason = labUnavailable()
if (reason !== undefined) throw new Error(`there can be no servers here: ${reason}`)

const asked = process.argv.slice(2)
const stages = STAGES.filter((stage) => asked.length === 0 || asked.includes(stage))
if (asked.some((word) => !(STAGES as readonly string[]).includes(word))) throw new Error(`stages are: ${STAGES.join(', ')}`)

type Row = { stage: DrillStage; fault: DrillFault; seconds: number; report?: DrillReport; failed?: string }
const rows: Row[] = []
let fleet: DrillFleet | undefined
for (const stage of stages) {
  for (const fault of FAULTS) {
    const began = Date.now()
    const seconds = () => Math.round((Date.now() - began) / 1000)
    try {
      fleet ??= await drillFleet()
      const report = await drill(fleet, stage, fault)
      rows.push({ stage, fault, seconds: seconds(), report })
    } catch (error) {
      rows.push({ stage, fault, seconds: seconds(), failed: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      for (const host of fleet?.hosts ?? []) await host.remove()
      fleet = undefined
    }
    const row = rows.at(-1)
    process.stdout.write(`${stage}, ${fault}: ${row?.report === undefined ? `FAILED ${row?.failed?.slice(0, 6000)}` : `exit ${row.report.exit ?? 'killed'}, all served the ${row.report.served} release`} (${row?.seconds} s)\n`)
  }
}
const failed = rows.filter((row) => row.failed !== undefined)
process.stdout.write(`${rows.length - failed.length} passed, ${failed.length} failed\n`)
if (asked.length === 0 && failed.length === 0) writeFileSync(fileURLToPath(new URL('../docs/drills.md', import.meta.url)), page())
process.exitCode = failed.length === 0 ? 0 : 1

function page(): string {
  const cell = (stage: DrillStage, fault: DrillFault) => {
    const { report } = rows.find((row) => row.stage === stage && row.fault === fault) ?? {}
    return report === undefined ? '' : `${report.exit === null ? 'killed' : `exit ${report.exit}`}, ${report.served}`
  }
  return `# Drills

What was done to releases on three real servers (\`npm run drills\`): a release is held up on one of them at every stage, and there something happens to it.
In each field: how the command ended, and which release all three served soon after, the old one or the new one. After each, as the drill itself checks: all
servers serve one release, as their links say and as their sites answer; nobody holds a lock; the same command, typed again, finishes, and then
all serve the new one; no command of the user ran twice in a release.

| stage | ${FAULTS.join(' | ')} |
|---|${FAULTS.map(() => '---').join('|')}|
${STAGES.map((stage) => `| ${stage} | ${FAULTS.map((fault) => cell(stage, fault)).join(' | ')} |`).join('\n')}

The second of two started together is told who holds the app (exit code 4), and with \`--wait\` it waits and finishes. Where a cable is cut for good, the run gives
up after three minutes before the release is live, after ten seconds while it goes live; a server that nobody confirms goes back by itself.
`
}
