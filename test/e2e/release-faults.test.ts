import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loud } from '../support/loud.ts'
import { promise } from './promise.ts'
import { drill, type DrillFault, type DrillFleet, drillFleet, type DrillStage } from './release-drill.ts'

// Some faults, on three real servers; `npm run drills` tries each of them at every stage.

let fleet: DrillFleet

test.before(
  loud(async () => {
    fleet = await drillFleet()
  }),
)

const DRILLS: readonly { stage: DrillStage; fault: DrillFault; exit: number | null; served: 'old' | 'new' }[] = [
  { stage: 'prepare', fault: 'a failing command', exit: 1, served: 'old' },
  { stage: 'check live', fault: 'the cable cut for good', exit: 7, served: 'old' },
  { stage: 'go live', fault: 'kill -9', exit: null, served: 'old' },
]

for (const { stage, fault, exit, served } of DRILLS) {
  promise(
    `${fault} at the stage ${stage}: soon all servers serve the ${served} release, no lock is left, and the same ` +
      `command finishes`,
    async () => {
      const report = await drill(fleet, stage, fault)
      assert.equal([report.exit, report.served], [exit, served], report.said)
    },
  )
}

test.run()
