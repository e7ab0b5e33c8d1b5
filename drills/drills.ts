import { labUnavailable } from '../test/lab/available.ts'
import { drill, type DrillFleet, drillFleet, FAULTS, STAGES } from '../test/e2e/release-drill.ts'
import { note, results, writePage } from './results.ts'

// `npm run drills [-- STAGE…]`: every fault at every stage of a release, on three real servers. Each is noted as it
// ends, and docs/drills.md is written once every field was tried. Ends by itself; all of it takes about an hour.

const reason = labUnavailable()
if (reason !== undefined) throw new Error(`there can be no servers here: ${reason}`)

const asked = process.argv.slice(2)
const stages = STAGES.filter((stage) => asked.length === 0 || asked.includes(stage))
if (asked.some((word) => !(STAGES as readonly string[]).includes(word)))
  throw new Error(`stages are: ${STAGES.join(', ')}`)

let fleet: DrillFleet | undefined
let failures = 0
for (const stage of stages) {
  for (const fault of FAULTS) {
    const began = Date.now()
    const seconds = () => Math.round((Date.now() - began) / 1000)
    try {
      fleet ??= await drillFleet()
      const { exit, served } = await drill(fleet, stage, fault)
      note({ stage, fault, exit, served, on: new Date().toISOString().slice(0, 10) })
      process.stdout.write(
        `${stage}, ${fault}: ${exit === null ? 'killed' : `exit ${exit}`}, all served the ${served} release ` +
          `(${seconds()} s)\n`,
      )
    } catch (error) {
      failures += 1
      process.stdout.write(
        `${stage}, ${fault}: FAILED (${seconds()} s) ` +
          `${error instanceof Error ? (error.stack ?? error.message).slice(0, 8000) : String(error)}\n`,
      )
      for (const host of fleet?.hosts ?? []) await host.remove()
      fleet = undefined
    }
  }
}
process.stdout.write(
  `${stages.length * FAULTS.length - failures} passed, ${failures} failed; ${results().length} of ` +
    `${STAGES.length * FAULTS.length} fields are known\n`,
)
writePage()
process.exitCode = failures === 0 ? 0 : 1
