import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compareWithNotes } from './acknowledged.ts'
import { acknowledges, killed, startWorker } from './start-worker.ts'

const KILLS = 20

test('what was acknowledged is there after every one of 20 kills, and nothing is half', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flight-store-'))
  try {
    const [file, notes] = [join(folder, 'serve.db'), join(folder, 'notes')]
    let last = 0
    for (let time = 0; time < KILLS; time++) {
      // Every fourth while it opens: while it makes its tables, or takes up what the one before has left.
      const isEarly = time % 4 === 0
      const worker = await startWorker(file, notes, isEarly ? 'opens' : 'works')
      if (isEarly) await pause(Math.random() * 30)
      else await acknowledges(notes, 70 + Math.floor(Math.random() * 60))
      await killed(worker)
      const { acknowledged, wrong } = await compareWithNotes(file, notes)
      assert.equal(wrong, [], `after kill ${time + 1}`)
      last = acknowledged
    }
    assert.ok(last > 1_000, `only ${last} things were acknowledged`)
    process.stdout.write(`${last} acknowledged, all there\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.run()
