import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore } from '../../../src/server/store/open-store.ts'
import { refusal } from '../../support/runs.ts'
import { compareWithNotes, type Found } from './acknowledged.ts'
import { release } from './contract.ts'
import { loopUnavailable, mounted, newDisk, unmounted } from './loop-disk.ts'
import { acknowledges, killed, startWorker } from './start-worker.ts'

// A disk of a file: what the file holds while the writer stands still is what a disk would hold whose machine loses its
// power now. What the machine had in memory only (the page cache of the small disk) is not in it.

const unavailable = loopUnavailable()
if (unavailable !== undefined) process.stdout.write(`the power cut is skipped: ${unavailable}\n`)
const drill = unavailable === undefined ? test : test.skip

const CUTS = 8

async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'flight-power-'))
  try {
    return await act(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// Lets a writer work on a new disk until so many things more are acknowledged, stops it, and says what of its
// acknowledgements the disk has.
function cut(care: 'careful' | 'careless', things: number): Promise<Found> {
  return inFolder(async (folder) => {
    const [image, copy, notes] = [join(folder, 'image'), join(folder, 'copy'), join(folder, 'notes')]
    const disk = await newDisk(image, join(folder, 'disk'), '96M')
    try {
      const worker = await startWorker(join(disk.folder, 'state', 'serve', 'serve.db'), notes, 'works', care)
      try {
        await acknowledges(notes, things)
        await stoppedStill(worker.pid as number, () => worker.kill('SIGSTOP'))
        copyFileSync(image, copy)
      } finally {
        await killed(worker)
      }
    } finally {
      await unmounted(disk)
    }
    const after = await mounted(copy, join(folder, 'after'))
    try {
      return await compareWithNotes(join(after.folder, 'state', 'serve', 'serve.db'), notes)
    } finally {
      await unmounted(after)
    }
  })
}

// A signal stops a process only when its system call is over: a
// write that is under way would change the disk while it is copied.
async function stoppedStill(pid: number, stop: () => void): Promise<void> {
  stop()
  const states = () => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '')[0]
  for (let left = 100_000; states() !== 'T'; left--) {
    if (left === 0) throw new Error(`the writer does not stand still: ${states()}`)
    await pause(5)
  }
}

drill(`what was acknowledged is on the disk when the power goes, ${CUTS} times`, async () => {
  let all = 0
  for (let time = 0; time < CUTS; time++) {
    const { acknowledged, wrong } = await cut('careful', 130 + Math.floor(Math.random() * 100))
    assert.equal(wrong, [], `cut ${time + 1}`)
    all += acknowledged
  }
  assert.ok(all > 1_000, `only ${all} things were acknowledged`)
  process.stdout.write(`${all} acknowledged, all on the disk\n`)
})

drill('the drill sees it when somebody does not wait for the disk', async () => {
  const { acknowledged, wrong } = await cut('careless', 180)
  assert.ok(wrong.length > 0, `nothing of ${acknowledged} was lost`)
  process.stdout.write(`without waiting for the disk: ${wrong.length} of ${acknowledged} lost\n`)
})

drill('a full disk refuses what is new, keeps what was accepted, and goes on when there is room', () =>
  inFolder(async (folder) => {
    const disk = await newDisk(join(folder, 'image'), join(folder, 'disk'), '8M')
    try {
      const store = await openStore(join(disk.folder, 'serve.db'))
      const accepted = []
      const fill = async (): Promise<never> => {
        for (let index = 0; ; index++) {
          const { request } = await store.accept(release('shop', String(index)), '2026-01-01T00:00:00.000Z')
          accepted.push(request.id)
          await store.append(request.id, [
            { at: '2026-01-01T00:00:00.000Z', event: { event: 'note', text: 'x'.repeat(10_000) } },
          ])
        }
      }
      const ballast = join(disk.folder, 'ballast')
      writeFileSync(ballast, Buffer.alloc(2_000_000))
      const error = await refusal(fill())
      assert.equal(
        error.problems.map(({ code }) => code),
        ['FLIGHT_STORE'],
      )
      assert.match(error.message, /the disk is full/)
      assert.match((await refusal(store.ping())).message, /the disk is full/)
      assert.is((await store.requests({ limit: 100_000 })).length, accepted.length)
      rmSync(ballast)
      await store.ping()
      assert.is(
        (await store.accept(release('shop', 'after'), '2026-01-01T00:00:00.000Z')).request.id,
        accepted.length + 1,
      )
      await store.close()
    } finally {
      await unmounted(disk)
    }
  }),
)

test.run()
