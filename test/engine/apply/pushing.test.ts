import { randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { namePush, type Pushable, type Pushing, takingBack } from '../../../src/engine/undertakings/name-push.ts'
import { environmentPath } from '../../../src/model/app-paths.ts'
import { FlightError } from '../../../src/model/errors.ts'
import type { Receipt } from '../../../src/model/receipt.ts'
import { Secret } from '../../../src/model/secret.ts'
import type { Step } from '../../../src/model/step.ts'
import { validateReceipt } from '../../../src/engine/plan/plan-file.ts'
import { type Fault, Killed, type MemoryServer } from '../../support/memory-server.ts'
import { pushesFact, pushesOf } from '../../support/memory/pushes.ts'
import { liveOf } from '../../support/memory/releases.ts'
import { contentAt, putInPlace } from '../../support/memory/tree.ts'
import { actionsIn, apply, codesOf, planFor, refusal, type RunOptions } from '../../support/runs.ts'
import { aWhileLater, commit, configuredFleet, copyOf, released, SHOP, WANTED } from '../a-released-fleet.ts'

// An environment file that goes to two servers in memory: all of them or none.

const PATH = environmentPath(SHOP)
const FIRST = 'APP_KEY=x\n'
const files = (servers: readonly MemoryServer[]) =>
  servers.map(({ machine }) => contentAt(machine, PATH)?.toString('utf8'))
const both = (text: string) => [text, text]

let second = 0
// As the commands do it: asked, named, planned, applied. Undefined where there is nothing to do.
async function pushed(
  servers: readonly MemoryServer[],
  text: string | undefined,
  options: RunOptions = {},
): Promise<Receipt | undefined> {
  const known = servers.map(({ name, machine }): Pushable => ({
    server: name,
    has: contentAt(machine, PATH),
    live: liveOf(machine, 'shop'),
    pushes: pushesFact(machine, 'shop', true),
  }))
  const back = takingBack(known)
  const pushing = known.flatMap((each): Pushing[] => {
    const wanted = text === undefined ? back.get(each.server) : { bytes: Buffer.from(text), undoes: null }
    return wanted === undefined ? [] : [{ ...each, wanted }]
  })
  second += 1
  const push = namePush('shop', text === undefined ? 'rollback' : 'push', pushing, {
    id: `20260101T${String(100000 + second)}Z-000000`,
    key: randomBytes(32).toString('hex'),
  })
  if (push === undefined) return undefined
  const scope = { clusters: [], apps: [], servers: pushing.map(({ server }) => server) }
  const plan = await planFor(WANTED, servers, { ...options, scope, pushes: [push] })
  const contents = new Map(
    pushing.map(({ server, wanted }) => [server, new Secret(Buffer.from(wanted.bytes).toString('base64'))]),
  )
  return apply(plan, WANTED, servers, { ...options, contents })
}

async function withRelease(): Promise<MemoryServer[]> {
  const servers = await configuredFleet()
  assert.is((await released(servers, commit('a'))).outcome, 'done')
  return servers
}

const worker = (servers: readonly MemoryServer[]) => servers[1]?.machine.programs.get('shop.default.1')

test('a push reaches all servers, caches follow, workers restart after their job, nothing is left to do', async () => {
  const servers = await withRelease()
  const before = worker(servers)?.read
  const receipt = await pushed(servers, 'NAME=one\n')
  assert.is(receipt?.outcome, 'done', JSON.stringify(receipt?.problems))
  assert.is(validateReceipt(JSON.parse(JSON.stringify(receipt))), undefined)
  assert.equal(files(servers), both('NAME=one\n'))
  for (const { machine } of servers) assert.is(pushesOf(machine, 'shop').cached, 'NAME=one\n')
  assert.is.not(worker(servers)?.read, before)
  assert.equal(actionsIn(await planFor(WANTED, servers)), [])
  assert.is(await pushed(servers, 'NAME=one\n'), undefined)
})

test('before there is a release, or even a user, a push makes what it needs', async () => {
  const servers = await configuredFleet()
  for (const { machine } of servers) machine.entries.delete(PATH)
  assert.is((await pushed(servers, 'NAME=one\n'))?.outcome, 'done')
  assert.equal(files(servers), both('NAME=one\n'))
})

test('a way back takes one push back after the other, and then there is none', async () => {
  const servers = await withRelease()
  for (const text of ['NAME=one\n', 'NAME=two\n', 'NAME=three\n'])
    assert.is((await pushed(servers, text))?.outcome, 'done')
  const seen: (string | undefined)[] = []
  for (let turn = 0; turn < 3; turn++) {
    const receipt = await pushed(servers, undefined)
    assert.is(receipt?.outcome, 'done', JSON.stringify(receipt?.problems))
    seen.push(files(servers)[0])
    assert.equal(files(servers), both(files(servers)[0] as string))
  }
  assert.equal(seen, ['NAME=two\n', 'NAME=one\n', FIRST])
  assert.equal(
    servers.map(({ machine }) => pushesFact(machine, 'shop', true).at),
    [undefined, undefined],
  )
})

test('a way back reaches the servers that the last push reached, and no others', async () => {
  const servers = await withRelease()
  await pushed(servers, 'NAME=one\n')
  await pushed(servers.slice(0, 1), 'NAME=two\n')
  assert.equal(files(servers), ['NAME=two\n', 'NAME=one\n'])
  assert.is((await pushed(servers, undefined))?.outcome, 'done')
  assert.equal(files(servers), both('NAME=one\n'))
})

test('a way back moves on where somebody has brought the file back by hand', async () => {
  const servers = await withRelease()
  await pushed(servers, 'NAME=one\n')
  await pushed(servers, 'NAME=two\n')
  for (const { machine } of servers)
    putInPlace(machine, PATH, {
      type: 'file',
      content: Buffer.from('NAME=one\n'),
      mode: '600',
      owner: 'shop',
      group: 'shop',
    })
  await pushed(servers, undefined)
  await pushed(servers, undefined)
  assert.equal(files(servers), both(FIRST))
})

test('a release that goes live between the question and the answer is not pushed past', async () => {
  const servers = await withRelease()
  let asked = 0
  const listen = ({ event }: { event: string }) => {
    if (event === 'server-asked' && ++asked === 3)
      for (const { machine } of servers)
        putInPlace(machine, '/home/shop/shop/current', {
          type: 'link',
          target: 'releases/bbbbbbbbbbbb-1',
          owner: 'shop',
          group: 'shop',
        })
  }
  const error = await refusal(pushed(servers, 'NAME=one\n', { listen }))
  assert.match(error.message, /another release went live a moment ago \(bbbbbbbbbbbb-1\)/)
  assert.equal(files(servers), both(FIRST))
})

test('what was changed by hand on the way is what the next way back brings', async () => {
  const servers = await withRelease()
  await pushed(servers, 'NAME=one\n')
  for (const { machine } of servers)
    putInPlace(machine, PATH, {
      type: 'file',
      content: Buffer.from('NAME=hand\n'),
      mode: '600',
      owner: 'shop',
      group: 'shop',
    })
  await pushed(servers, 'NAME=two\n')
  await pushed(servers, undefined)
  assert.equal(files(servers), both('NAME=hand\n'))
})

test('a file with which no configuration can be made changes no server', async () => {
  const servers = await withRelease()
  await pushed(servers, 'NAME=one\n')
  pushesOf((servers[1] as MemoryServer).machine, 'shop').fussy = 'BROKEN'
  const receipt = await pushed(servers, 'NAME=BROKEN\n')
  assert.is(receipt?.outcome, 'went back')
  assert.is(receipt?.problems[0]?.code, 'FLIGHT_WENT_BACK')
  assert.equal(files(servers), both('NAME=one\n'))
  for (const { machine } of servers) assert.is(pushesOf(machine, 'shop').cached, 'NAME=one\n')
  assert.equal(actionsIn(await planFor(WANTED, servers)), [])
})

test('what somebody else writes between the question and the answer stays', async () => {
  const servers = await withRelease()
  const one = servers[0] as MemoryServer
  const probes: (() => void)[] = [
    () => undefined,
    () => undefined,
    () =>
      putInPlace(one.machine, PATH, {
        type: 'file',
        content: Buffer.from('NAME=somebody\n'),
        mode: '600',
        owner: 'shop',
        group: 'shop',
      }),
  ]
  const listen = ({ event }: { event: string }) => (event === 'server-asked' ? probes.shift()?.() : undefined)
  const error = await refusal(pushed(servers, 'NAME=one\n', { listen }))
  assert.equal(codesOf(error), ['FLIGHT_STALE_PLAN'])
  assert.match(error.message, /was changed by somebody else/)
  assert.equal(files(servers), ['NAME=somebody\n', FIRST])
})

test('no plan, receipt or error holds anything of a file', async () => {
  const servers = await withRelease()
  const receipt = await pushed(servers, 'NAME=c4n4ry\n')
  pushesOf((servers[0] as MemoryServer).machine, 'shop').fussy = 'c4n4ry-two'
  const failed = await pushed(servers, 'NAME=c4n4ry-two\n')
  assert.not.match(JSON.stringify([receipt, failed]), /c4n4ry/)
})

// The whole matrix: everything that can happen at every step of either server. Whatever it was: all have one file soon
// after, no lock is left, and the same command finishes.
const isConfirm = (step: Step | undefined) => step?.step === 'push' && step.does === 'confirm'
const FAULTS: readonly Fault['is'][] = [
  'fails',
  'again',
  'lost before',
  'lost after',
  'killed before',
  'killed after',
  'killed within',
]

for (const does of ['push', 'rollback'] as const) {
  for (const is of FAULTS) {
    test(
      `whatever step of a ${does} on whichever server ${is}: one file everywhere, no lock, and the same command ` +
        `finishes`,
      async () => {
        const start = await withRelease()
        await pushed(start, 'NAME=one\n')
        await pushed(start, 'NAME=two\n')
        const wanted = does === 'push' ? 'NAME=three\n' : undefined
        const target = does === 'push' ? 'NAME=three\n' : 'NAME=one\n'
        const whole = copyOf(start)
        await pushed(whole, wanted)
        assert.equal(files(whole), both(target))
        const steps = whole.map(({ begun }) => begun.length)
        for (const [index, count] of steps.entries()) {
          for (let at = 0; at < count; at++) {
            const servers = copyOf(start)
            const where = `step ${at} (${JSON.stringify(whole[index]?.begun[at]?.step)}) of web-${index + 1}`
            const faulty = servers[index] as MemoryServer
            faulty.faults = [{ at, is }]
            await pushed(servers, wanted, { controller: { alive: true } }).catch((error: unknown) => {
              if (!(error instanceof Killed) && !(error instanceof FlightError)) throw error
            })
            if (is.startsWith('lost')) faulty.reachable = false
            aWhileLater(servers)
            const [first, other] = files(servers)
            if (!isConfirm(whole[index]?.begun[at]?.step)) assert.is(first, other, `${where}: one file everywhere`)
            assert.ok(
              servers.every(({ isLocked }) => !isLocked),
              `${where}: no lock`,
            )
            if (
              first === target &&
              other === target &&
              servers.every(({ machine }) => pushesFact(machine, 'shop', false).pushes.every(({ settled }) => settled))
            )
              continue
            const receipt = await pushed(servers, wanted)
            assert.is(
              receipt?.outcome ?? 'done',
              'done',
              `${where}: the same command finishes: ${JSON.stringify(receipt?.problems)}`,
            )
            assert.equal(files(servers), both(target), where)
            assert.equal(actionsIn(await planFor(WANTED, servers)), [], `${where}: nothing is left to do`)
          }
        }
      },
    )
  }
}

test.run()
