import { PassThrough, Writable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Channel, Connection, Ending } from '../../src/transport/connection.ts'
import { takeServerLock } from '../../src/transport/server-lock.ts'
import { codesOf, refusal } from '../support/runs.ts'

// A connection whose shell says this and ends when it is told to, or at once.
function shellThat(says: string, endsAtOnce: boolean): Connection {
  return {
    server: 'web-1',
    user: 'root',
    hostKey: '',
    lost: new Promise(() => undefined),
    close: () => undefined,
    async exec(): Promise<Channel> {
      let end: (ending: Ending) => void = () => undefined
      const ended = new Promise<Ending>((resolve) => (end = resolve))
      const stdout = new PassThrough()
      stdout.write(says)
      if (endsAtOnce) end({ kind: 'exit', code: 75 })
      const stdin = new Writable({
        write: (_chunk, _encoding, done) => done(),
        final: (done) => (end({ kind: 'exit', code: 0 }), done()),
      })
      return { stdin, stdout, stderr: new PassThrough(), ended, close: () => undefined }
    },
  }
}

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
const turn = () => new Promise((resolve) => setImmediate(resolve))
const claimed = { holder: { who: 'ada', from: 'here', what: 'test', since: '' }, claim: 'server' } as const

test('a lock that was released leaves nothing that the process would wait for', async () => {
  await turn()
  const before = timers()
  const lock = await takeServerLock(shellThat('locked\n', false), false, claimed, async () => [])
  await lock.release()
  await turn()
  assert.is(timers(), before)
})

test('a last word that comes after the end of its shell is heard', async () => {
  assert.equal(codesOf(await refusal(takeServerLock(shellThat('held\n', true), false, claimed, async () => []))), [
    'FLIGHT_LOCKED',
  ])
})

test.run()
