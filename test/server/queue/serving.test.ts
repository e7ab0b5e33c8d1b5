import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Delivered, Tools } from '../../../src/model/delivery.ts'
import type { NumberedEvent, Request } from '../../../src/model/request.ts'
import { isEnded } from '../../../src/model/request.ts'
import type { Store } from '../../../src/model/store.ts'
import { createServing, type Serving } from '../../../src/server/queue/serving.ts'
import { openStore } from '../../../src/server/store/open-store.ts'
import { app, cluster, definitions, on, server } from '../../support/builders.ts'
import { eventually, settled } from '../../support/eventually.ts'
import { newRelease } from '../../support/requests.ts'

// The queue on a real store; what carries requests out is held in the test's hand.

type Job = { request: Request; tools: Tools; end(delivered: Partial<Delivered> & Pick<Delivered, 'is'>): void }
type Hall = {
  store: Store
  serving: Serving
  jobs: Job[]
  bugs: unknown[]
  happened: string[]
  job(app: string): Promise<Job>
  ended(id: number): Promise<Request>
  now: { plus: number }
}

const DEFINED = async () => ({
  ...definitions(cluster({ servers: [server('a'), server('b')] })),
  apps: [app('shop', [on('a')]), app('blog', [on('b')]), app('forum', [on('a')])],
})
const commit = (n: number) => n.toString(16).padStart(40, '0')

async function hall({
  store,
  supersede = true,
  patience = 60,
  within,
}: { store?: Store; supersede?: boolean; patience?: number; within?: () => Promise<boolean> } = {}): Promise<Hall> {
  const kept = store ?? (await openStore(':memory:'))
  const jobs: Job[] = []
  const bugs: unknown[] = []
  const happened: string[] = []
  const now = { plus: 0 }
  const serving = createServing({
    store: kept,
    settings: { atOnce: 8, perServer: 1, patience, supersede },
    deliver: (request, tools) =>
      new Promise((resolve) =>
        jobs.push({ request, tools, end: (delivered) => resolve({ exit: 0, said: '', problems: [], ...delivered }) }),
      ),
    isWithin: within ?? (async (_app, one, other) => one < other),
    definitions: DEFINED,
    now: () => new Date(Date.now() + now.plus),
    told: () => undefined,
    notices: async (occasion, { app }) => {
      happened.push(`${occasion} ${app}`)
      return []
    },
    bug: (error) => void bugs.push(error),
  })
  return {
    store: kept,
    serving,
    jobs,
    bugs,
    happened,
    now,
    job: (app) =>
      eventually(() => jobs.find((each) => each.request.app === app && jobs.splice(jobs.indexOf(each), 1).length > 0)),
    ended: (id) =>
      eventually(async () => {
        const request = await kept.request(id)
        return request !== undefined && isEnded(request.state) ? request : undefined
      }),
  }
}

const waiting = (store: Store, id: number) =>
  eventually(async () => {
    const request = await store.request(id)
    return request?.state === 'waiting' && request
  })
const told = async (store: Store, id: number) => (await store.events(id, 0, 100)).map(({ told: { event } }) => event)

test('what is asked for runs, and ends as it was carried out', async () => {
  const { serving, job, ended, store, happened } = await hall()
  await serving.begin()
  const { is, request } = await serving.desk.ask(newRelease('shop', commit(1)))
  assert.is(is, 'new')
  const { tools, end } = await job('shop')
  await tools.planned('000000000000-1')
  tools.tell({ event: 'note', text: 'half way' })
  end({ is: 'succeeded', said: 'live' })
  const done = await ended(request.id)
  assert.equal([done.state, done.release, done.attempts, done.end?.said], ['succeeded', '000000000000-1', 1, 'live'])
  assert.equal(await told(store, request.id), ['requested', 'begins', 'note', 'ends'])
  await eventually(() => happened.length >= 2)
  assert.equal(happened, ['start shop', 'success shop'])
})

test('one at a time for each app, in order; apps on other servers beside it, those on the same after it', async () => {
  const { serving, job, ended, jobs } = await hall()
  await serving.begin()
  const asked = await Promise.all(
    ['shop', 'shop', 'forum', 'blog'].map((app, n) => serving.desk.ask(newRelease(app, commit(n + 1)))),
  )
  const shop = await job('shop')
  const blog = await job('blog')
  await settled()
  assert.is(jobs.length, 0)
  shop.end({ is: 'succeeded' })
  const next = await job('shop')
  assert.is(next.request.id, asked[1]?.request.id)
  next.end({ is: 'failed', exit: 1 })
  const forum = await job('forum')
  forum.end({ is: 'went_back', exit: 7 })
  blog.end({ is: 'refused', exit: 1 })
  const states = await Promise.all(asked.map(async ({ request }) => (await ended(request.id)).state))
  assert.equal(states, ['succeeded', 'failed', 'went_back', 'refused'])
})

test('a newer commit of the same branch takes the place of one that waits, never of one that runs', async () => {
  const { serving, job, ended, store } = await hall()
  await serving.begin()
  const ask = (n: number, ref: string | null = 'refs/heads/main') =>
    serving.desk.ask(newRelease('shop', commit(n), { ref }))
  const [first, second, third, other, older] = [
    await ask(1),
    await ask(2),
    await ask(5),
    await ask(4, 'refs/heads/next'),
    await ask(3),
  ]
  ;(await job('shop')).end({ is: 'succeeded' })
  const ran = await job('shop')
  assert.is(ran.request.id, third.request.id)
  ran.end({ is: 'succeeded' })
  ;(await job('shop')).end({ is: 'succeeded' })
  ;(await job('shop')).end({ is: 'refused' })
  const states = await Promise.all(
    [first, second, third, other, older].map(async ({ request }) => (await ended(request.id)).state),
  )
  assert.equal(states, ['succeeded', 'superseded', 'succeeded', 'succeeded', 'refused'])
  assert.is((await store.request(second.request.id))?.supersededBy, third.request.id)
})

test('where superseding is switched off all of them run', async () => {
  const { serving, job } = await hall({ supersede: false })
  await serving.begin()
  for (const n of [1, 2, 3]) await serving.desk.ask(newRelease('shop', commit(n), { ref: 'refs/heads/main' }))
  for (const n of [1, 2, 3]) {
    const { request, end } = await job('shop')
    assert.is(request.id, n)
    end({ is: 'succeeded' })
  }
})

test('one that waits is cancelled at once; one that runs is told, and ends as it can', async () => {
  const { serving, job, ended, jobs } = await hall()
  await serving.begin()
  const first = await serving.desk.ask(newRelease('shop', commit(1)))
  const second = await serving.desk.ask(newRelease('shop', commit(2)))
  const running = await job('shop')
  assert.is((await serving.desk.cancel(second.request.id, 'ann'))?.state, 'cancelled')
  assert.is((await serving.desk.cancel(first.request.id, 'ann'))?.state, 'running')
  assert.ok(running.tools.signal.aborted)
  running.end({ is: 'interrupted', exit: 130, said: 'stopped before it was live' })
  const done = await ended(first.request.id)
  assert.equal([done.state, done.end?.said], ['cancelled', 'cancelled by ann: stopped before it was live'])
  assert.is(await serving.desk.cancel(first.request.id, 'ann'), undefined)
  await settled()
  assert.is(jobs.length, 0)
})

test('cancelled too late: it went live, and that is what is said', async () => {
  const { serving, job, ended } = await hall()
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  const running = await job('shop')
  await serving.desk.cancel(request.id, 'ann')
  running.end({ is: 'succeeded' })
  const done = await ended(request.id)
  assert.equal([done.state, done.cancelled], ['succeeded', 'ann'])
})

test('a server that cannot be reached is tried again, first of its app; when patience ends it has failed', async () => {
  const { serving, job, ended, store, now, jobs } = await hall({ patience: 60 })
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  await serving.desk.ask(newRelease('shop', commit(2)))
  ;(await job('shop')).end({ is: 'unreachable', exit: 6, said: 'web-2 cannot be reached' })
  const waits = await waiting(store, request.id)
  assert.equal([waits.attempts, jobs.length], [1, 0])
  assert.ok(waits.notBefore !== null)
  now.plus += 6000
  await serving.desk.ask(newRelease('blog', commit(3)))
  const again = await job('shop')
  assert.equal([again.request.id, again.request.attempts], [request.id, 2])
  now.plus += 60_000
  again.end({ is: 'unreachable', exit: 6, said: 'web-2 cannot be reached' })
  const done = await ended(request.id)
  assert.equal([done.state, done.end?.exit], ['failed', 6])
  assert.is((await job('shop')).request.id, 2)
})

test(
  'after a kill: what ran is taken up again, once, with the name that it has on the servers; what waited waits ' +
    'behind it',
  async () => {
    const before = await hall()
    await before.serving.begin()
    const first = await before.serving.desk.ask(newRelease('shop', commit(1)))
    await before.serving.desk.ask(newRelease('shop', commit(2)))
    const killed = await before.job('shop')
    await killed.tools.planned('000000000000-1')

    const after = await hall({ store: before.store })
    await after.serving.begin()
    const resumed = await after.job('shop')
    assert.equal(
      [resumed.request.id, resumed.request.release, resumed.request.attempts],
      [first.request.id, '000000000000-1', 2],
    )
    await settled()
    assert.is(after.jobs.length, 0)
    resumed.end({ is: 'succeeded' })
    assert.is((await after.job('shop')).request.id, 2)
    assert.ok((await told(after.store, 1)).includes('resumes'))
  },
)

test('a graceful stop waits for what runs and begins nothing; the rest is left to the next start', async () => {
  const { serving, job, store, jobs } = await hall()
  await serving.begin()
  await serving.desk.ask(newRelease('shop', commit(1)))
  await serving.desk.ask(newRelease('shop', commit(2)))
  await serving.desk.ask(newRelease('blog', commit(3)))
  const quick = await job('shop')
  const slow = await job('blog')
  slow.tools.signal.addEventListener('abort', () => slow.end({ is: 'interrupted', exit: 130 }))
  const stopped = serving.stop(60)
  quick.end({ is: 'succeeded' })
  await stopped
  assert.equal(
    (await store.unfinished()).map(({ id, state }) => [id, state]),
    [
      [2, 'waiting'],
      [3, 'running'],
    ],
  )
  assert.ok(serving.desk.isStopping())
  assert.is(jobs.length, 0)
})

test('a bug in carrying out fails that request with words, is reported, and the next goes on', async () => {
  const { ended, store } = await hall()
  const broken = createServing({
    store,
    settings: { atOnce: 1, perServer: 1, patience: 1, supersede: true },
    deliver: async () => {
      throw new Error('oops')
    },
    isWithin: async () => false,
    definitions: DEFINED,
    now: () => new Date(),
    told: () => undefined,
    notices: async () => [],
    bug: (error) => void reported.push(error),
  })
  const reported: unknown[] = []
  await broken.begin()
  const { request } = await broken.desk.ask(newRelease('shop', commit(1)))
  assert.match((await ended(request.id)).end?.said ?? '', /^a bug of Flight stopped it: oops/)
  assert.is((reported[0] as Error).message, 'oops')
})

test('whoever follows hears everything once, in order, from where they say, and the end', async () => {
  const { serving, job } = await hall()
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  const heard: NumberedEvent[] = []
  const late: NumberedEvent[] = []
  const listen = async (after: number, into: NumberedEvent[]) => {
    for await (const event of serving.desk.follow(request.id, after, new AbortController().signal)) into.push(event)
  }
  const first = listen(0, heard)
  const { tools, end } = await job('shop')
  for (let n = 0; n < 50; n++) {
    tools.tell({ event: 'note', text: String(n) })
    if (n === 29) await eventually(() => heard.length > 30)
  }
  const second = listen(30, late)
  end({ is: 'succeeded' })
  await Promise.all([first, second])
  assert.equal(
    heard.map(({ n }) => n),
    [...Array(53).keys()].map((n) => n + 1),
  )
  assert.equal(late, heard.slice(30))
  assert.is(heard.at(-1)?.told.event, 'ends')
})

test('following ends with its signal, and with the stop of the server', async () => {
  const { serving, job } = await hall()
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  const running = await job('shop')
  const controller = new AbortController()
  const heard: number[] = []
  const listen = async (who: number, signal: AbortSignal) => {
    for await (const { n } of serving.desk.follow(request.id, 0, signal)) heard[who] = n
    return heard[who]
  }
  const gone = listen(0, controller.signal)
  const stays = listen(1, new AbortController().signal)
  await eventually(() => heard[0] === 2 && heard[1] === 2)
  controller.abort()
  assert.is(await gone, 2)
  running.tools.signal.addEventListener('abort', () => running.end({ is: 'interrupted' }))
  const late: number[] = []
  await serving.stop(10, (runs) => late.push(runs))
  assert.equal(late, [1], 'it says how many it stops')
  assert.is(await stays, 2)
})

// A store some of whose writes fail, as on a disk that is full for a moment.
function failing(store: Store, fails: (what: 'append' | 'change' | 'planned') => boolean): Store {
  const full = () => Promise.reject(new Error('the disk is full'))
  return {
    ...store,
    append: (...words) => (fails('append') ? full() : store.append(...words)),
    change: (...words) => (fails('release' in words[2] ? 'planned' : 'change') ? full() : store.change(...words)),
  }
}

test('a log that cannot be written for a moment is written later, and what it is about ends all the same', async () => {
  let isFull = true
  let refused = 0
  const real = await openStore(':memory:')
  const { serving, job, ended, store } = await hall({
    store: failing(real, (what) => what === 'append' && isFull && ++refused > 0),
  })
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  const { tools, end } = await job('shop')
  tools.tell({ event: 'note', text: 'kept' })
  await eventually(() => refused > 0)
  isFull = false
  tools.tell({ event: 'note', text: 'as well' })
  await eventually(async () => (await told(store, request.id)).length === 4)
  end({ is: 'succeeded' })
  assert.is((await ended(request.id)).state, 'succeeded')
  assert.equal(await told(store, request.id), ['requested', 'begins', 'note', 'note', 'ends'])
})

test('a store that cannot be written is asked again after pauses, not without end; then all goes on', async () => {
  let isFull = true
  let asked = 0
  const real = await openStore(':memory:')
  const { serving, job, ended, bugs } = await hall({
    store: failing(real, (what) => {
      if (what === 'change') asked++
      return what === 'change' && isFull
    }),
  })
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  await eventually(() => asked > 0)
  await settled()
  assert.ok(asked <= 2 && bugs.length <= 2, `${asked} tries, ${bugs.length} times told`)
  isFull = false
  ;(await job('shop')).end({ is: 'succeeded' })
  assert.is((await ended(request.id)).state, 'succeeded')
})

test('where its end could not be written it is taken up again, and found to be done', async () => {
  let isFull = false
  let refused = 0
  const real = await openStore(':memory:')
  const { serving, job, ended } = await hall({
    store: failing(real, (what) => what === 'change' && isFull && ++refused > 0),
  })
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  const first = await job('shop')
  await first.tools.planned('000000000001-1')
  isFull = true
  first.end({ is: 'succeeded' })
  await eventually(() => refused > 0)
  isFull = false
  const again = await job('shop')
  assert.equal(
    [again.request.id, again.request.release, again.request.state],
    [request.id, '000000000001-1', 'running'],
  )
  again.end({ is: 'succeeded' })
  assert.is((await ended(request.id)).state, 'succeeded')
})

test('a cancel is heard at whatever moment it comes', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const { serving, job, ended } = await hall()
    await serving.begin()
    const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
    const running = await job('shop')
    running.end({ is: 'unreachable', exit: 6 })
    for (let n = 0; n < turns; n++) await Promise.resolve()
    assert.ok((await serving.desk.cancel(request.id, 'ann')) !== undefined, `after ${turns} turns`)
    assert.is((await ended(request.id)).state, 'cancelled', `after ${turns} turns`)
  }
})

test('one that waits half done is looked at before anybody says that it is cancelled', async () => {
  const { serving, job, ended, store } = await hall()
  await serving.begin()
  const { request } = await serving.desk.ask(newRelease('shop', commit(1)))
  const first = await job('shop')
  await first.tools.planned('000000000001-1')
  first.end({ is: 'unreachable', exit: 6 })
  await waiting(store, request.id)
  await serving.desk.cancel(request.id, 'ann')
  const again = await job('shop')
  assert.equal([again.request.cancelled, again.request.release], ['ann', '000000000001-1'])
  again.end({ is: 'succeeded', said: 'it was live on one, and is live on all' })
  assert.is((await ended(request.id)).state, 'succeeded')
})

test("a later commit that is cancelled while git is asked takes nobody's place", async () => {
  const { serving, job, ended } = await hall({
    within: async () => {
      await serving.desk.cancel(3, 'ann')
      return true
    },
  })
  await serving.begin()
  const ask = (n: number) => serving.desk.ask(newRelease('shop', commit(n), { ref: 'refs/heads/main' }))
  const [first, second, third] = [await ask(1), await ask(2), await ask(5)]
  ;(await job('shop')).end({ is: 'succeeded' })
  const ran = await job('shop')
  assert.is(ran.request.id, second.request.id)
  ran.end({ is: 'succeeded' })
  assert.equal(await Promise.all([first, second, third].map(async ({ request }) => (await ended(request.id)).state)), [
    'succeeded',
    'succeeded',
    'cancelled',
  ])
})

test('thousands that wait do not slow down who asks', async () => {
  const { serving, store, job } = await hall({ supersede: false })
  await serving.begin()
  await serving.desk.ask(newRelease('shop', commit(1)))
  await job('shop')
  let reads = 0
  const heads = store.heads
  store.heads = () => {
    reads++
    return heads()
  }
  await Promise.all(Array.from({ length: 2000 }, (_, n) => serving.desk.ask(newRelease('shop', commit(n + 2)))))
  await settled()
  assert.ok(reads < 50, `the queue was looked at ${reads} times`)
  assert.is((await heads()).length, 2)
})

test.run()
