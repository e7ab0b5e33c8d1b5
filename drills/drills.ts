import { basename } from 'node:path'
import { labUnavailable } from '../test/lab/available.ts'
import { drill, type DrillFleet, drillFleet, FAULTS, STAGES } from '../test/e2e/release-drill.ts'
import { uncompiled } from '../test/runner/bundle.ts'
import { runFile } from '../test/runner/run-file.ts'
import { codeNow } from './code.ts'
import { FULL_SIZE } from './full-size.ts'
import { noteField, noteFullSize, writePage } from './results.ts'

// `npm run drills [-- STAGE… | full | FILE…]`: every fault at every stage of a release, on three real servers, and then
// the test files that have a full size. Each result is noted as it ends, with the commit; docs/drills.md is written at
// the end. Ends by itself.

const reason = labUnavailable()
if (reason !== undefined) throw new Error(`there can be no servers here: ${reason}`)

const asked = process.argv.slice(2)
const names = FULL_SIZE.map(({ file }) => basename(file, '.test.ts'))
const known: readonly string[] = [...STAGES, 'full', ...names]
const unknown = asked.find((word) => !known.includes(word))
if (unknown !== undefined) {
  process.stderr.write(`there is no drill "${unknown}"; there are ${known.join(', ')}\n`)
  process.exit(2)
}
const isAsked = (word: string) => asked.length === 0 || asked.includes(word)
const say = (line: string) => process.stdout.write(`${line}\n`)
const today = () => new Date().toISOString().slice(0, 10)

// With what lies here now, however long all of it takes.
const code = codeNow()
let fleet: DrillFleet | undefined
let [passed, failures] = [0, 0]
for (const stage of STAGES.filter(isAsked)) {
  for (const fault of FAULTS) {
    const began = Date.now()
    const seconds = () => Math.round((Date.now() - began) / 1000)
    try {
      fleet ??= await drillFleet()
      const { exit, served } = await drill(fleet, stage, fault)
      noteField({ stage, fault, exit, served, on: today(), ...code })
      passed += 1
      say(
        `${stage}, ${fault}: ${exit === null ? 'killed' : `exit ${exit}`}, all served the ${served} release ` +
          `(${seconds()} s)`,
      )
    } catch (error) {
      failures += 1
      const what = error instanceof Error ? (error.stack ?? error.message).slice(0, 8000) : String(error)
      say(`${stage}, ${fault}: FAILED (${seconds()} s) ${what}`)
      for (const host of fleet?.hosts ?? []) await host.remove()
      fleet = undefined
    }
  }
}

process.env['FLIGHT_DRILLS'] = 'full'
// Not the lab of this process, in which the servers of the drills are.
const lab = (Number(process.env['FLIGHT_LAB_ID'] ?? 0) + 20) % 100
for (const { file } of FULL_SIZE.filter(({ file }) => isAsked('full') || isAsked(basename(file, '.test.ts')))) {
  const { count, said, seconds } = await runFile(file, uncompiled.program(file), lab).ended
  say(`${file} at full size: ${count.passed} passed, ${count.failed} failed (${seconds.toFixed(0)} s)`)
  if (count.failed === 0) noteFullSize({ file, passed: count.passed, on: today(), ...code })
  else say(said)
  passed += count.passed
  failures += count.failed
}

writePage()
say(`${passed} passed, ${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1
