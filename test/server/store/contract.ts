import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { NewRequest, RequestEvent } from '../../../src/model/request.ts'
import type { Store } from '../../../src/model/store.ts'
import type { Token } from '../../../src/model/token.ts'

const NOW = '2026-01-01T00:00:00.000Z'
const LATER = '2026-01-01T00:01:00.000Z'
const note = (text: string): RequestEvent => ({ event: 'note', text })
const told = (text: string) => ({ at: NOW, event: note(text) })
const ASKED: RequestEvent = { event: 'requested', by: 'ci' }
const END = { exit: 0, said: 'shop is live', problems: [] }

export function release(
  app: string,
  commit: string,
  more: { key?: string; ref?: string; older?: boolean; by?: string } = {},
): NewRequest {
  return {
    app,
    wish: { does: 'release', commit, ref: more.ref ?? null, older: more.older ?? false },
    key: more.key ?? null,
    by: more.by ?? 'ci',
  }
}

export function rollback(
  app: string,
  leaving: number,
  to: string | null = null,
  key: string | null = null,
): NewRequest {
  return { app, wish: { does: 'rollback', leaving, to }, key, by: 'ci' }
}

const TOKEN: Token = {
  id: 'abcdefabcdef',
  name: 'shop from CI',
  purpose: 'release',
  app: 'shop',
  hash: 'f'.repeat(64),
  created: NOW,
  expires: LATER,
  revoked: null,
}

// The promises of every Store; `open` gives an empty one. What they keep through a crash is said by the drills of each.
export function contract(name: string, open: () => Promise<Store>): void {
  const promise = (title: string, act: (store: Store) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const store = await open()
      try {
        await act(store)
      } finally {
        await store.close()
      }
    })

  const accepted = async (store: Store, wish: NewRequest) => {
    const { is, request } = await store.accept(wish, NOW)
    assert.is(is, 'new')
    return request
  }
  const toldOf = async (store: Store, id: number) => (await store.events(id, 0, 100)).map(({ told: event }) => event)
  const ended = async (store: Store, wish: NewRequest) => {
    const { id } = await accepted(store, wish)
    assert.ok(await store.change(id, ['waiting'], { state: 'succeeded', ended: NOW, end: END }))
    return id
  }

  promise('what is accepted waits, as it was asked for, numbered from 1', async (store) => {
    const wish = release('shop', 'a'.repeat(40), { ref: 'main', key: 'k', older: true })
    const request = await accepted(store, wish)
    assert.equal(await toldOf(store, 1), [ASKED])
    assert.equal(request, {
      ...wish,
      id: 1,
      asked: NOW,
      state: 'waiting',
      notBefore: null,
      attempts: 0,
      cancelled: null,
      began: null,
      ended: null,
      release: null,
      end: null,
      supersededBy: null,
    })
    assert.equal(await store.request(1), request)
    assert.is(await store.request(2), undefined)
    assert.is((await accepted(store, rollback('shop', 1, '3-abc'))).id, 2)
    assert.equal((await store.request(2))?.wish, { does: 'rollback', leaving: 1, to: '3-abc' })
  })

  promise('the same with the same key is known, also when it has ended', async (store) => {
    const id = await ended(store, release('shop', 'a', { key: 'k', ref: 'main' }))
    const again = await store.accept(release('shop', 'a', { key: 'k', ref: 'other', by: 'somebody else' }), LATER)
    assert.equal([again.is, again.request.id, again.request.by, again.request.state], ['known', id, 'ci', 'succeeded'])
  })

  promise('a key that belongs to something else of the app is refused; to another app it is free', async (store) => {
    const { id } = await accepted(store, release('shop', 'a', { key: 'k' }))
    for (const wish of [
      release('shop', 'b', { key: 'k' }),
      release('shop', 'a', { key: 'k', older: true }),
      rollback('shop', id, null, 'k'),
    ]) {
      const { is, request } = await store.accept(wish, LATER)
      assert.equal([is, request.id], ['other', id])
    }
    await accepted(store, release('blog', 'b', { key: 'k' }))
    assert.is((await store.requests({ limit: 10 })).length, 2)
  })

  promise('without a key the same is known until it has ended', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    assert.equal(await store.accept(release('shop', 'a', { ref: 'main' }), LATER), {
      is: 'known',
      request: await store.request(id),
    })
    await store.change(id, ['waiting'], { state: 'running' })
    assert.is((await store.accept(release('shop', 'a'), LATER)).is, 'known')
    await store.change(id, ['running'], { state: 'failed', ended: LATER, end: { ...END, exit: 1 } })
    assert.is((await accepted(store, release('shop', 'a'))).id, 2)
  })

  promise('without a key one whose cancel was asked for is not known, whether it has ended or not', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    await store.change(id, ['waiting'], { state: 'running' })
    await store.change(id, ['running'], { cancelled: 'anna' })
    const next = await accepted(store, release('shop', 'a'))
    assert.equal((await store.accept(release('shop', 'a'), LATER)).request.id, next.id)
    await store.change(next.id, ['waiting'], { cancelled: 'anna' })
    assert.is((await accepted(store, release('shop', 'a'))).id, 3)
    assert.equal(
      (await store.unfinished()).map((request) => request.id),
      [1, 2, 3],
    )
    const { id: withKey } = await accepted(store, release('shop', 'b', { key: 'k' }))
    await store.change(withKey, ['waiting'], { cancelled: 'anna' })
    assert.equal((await store.accept(release('shop', 'b', { key: 'k' }), LATER)).request.id, withKey)
  })

  promise('without a key one with a key is known too; another key is another request', async (store) => {
    const { id } = await accepted(store, release('shop', 'a', { key: 'k' }))
    assert.equal((await store.accept(release('shop', 'a'), NOW)).request.id, id)
    await accepted(store, release('shop', 'a', { key: 'l' }))
  })

  promise('another app, commit or `older`, and another way back, is another wish', async (store) => {
    const wishes = [
      release('shop', 'a'),
      release('blog', 'a'),
      release('shop', 'b'),
      release('shop', 'a', { older: true }),
      rollback('shop', 1),
      rollback('shop', 2),
      rollback('shop', 1, '1-a'),
      rollback('shop', 1, '2-b'),
      rollback('blog', 1),
    ]
    for (const wish of wishes) await accepted(store, wish)
    for (const [index, wish] of wishes.entries()) assert.equal((await store.accept(wish, LATER)).request.id, index + 1)
  })

  promise(
    'as many of an app wait as may: what is new is refused, what is known is not, nor another app',
    async (store) => {
      for (const commit of ['a', 'b', 'c']) await accepted(store, release('shop', commit))
      await store.change(1, ['waiting'], { state: 'running' })
      assert.is((await store.accept(release('shop', 'd'), LATER, 3)).is, 'new')
      const full = await store.accept(release('shop', 'e'), LATER, 3)
      assert.equal([full.is, full.request.id], ['full', 4])
      assert.is((await store.accept(release('shop', 'b'), LATER, 3)).is, 'known')
      assert.is((await store.accept(release('blog', 'e'), LATER, 3)).is, 'new')
      assert.is((await store.requests({ limit: 10 })).length, 5)
    },
  )

  promise('of many that arrive at once, one is new', async (store) => {
    const wish = (index: number) => (index % 2 === 0 ? release('shop', 'a') : release('blog', 'b', { key: 'k' }))
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => store.accept(wish(index), NOW)))
    assert.equal(
      answers.map(({ is }) => is),
      ['new', 'new', ...Array.from({ length: 38 }, () => 'known')],
    )
    assert.equal(
      answers.map(({ request }) => request.id),
      Array.from({ length: 40 }, (_, index) => (index % 2) + 1),
    )
  })

  promise('one that fails spoils none of those that arrive with it', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    const results = await Promise.allSettled([
      store.append(id, [told('one')]),
      store.append(99, [told('lost')]),
      store.accept(release('shop', 'b'), NOW),
      store.keep('x', NOW, undefined),
      store.append(id, [told('two')]),
    ])
    assert.equal(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal(
      (await store.events(id, 0, 10)).map(({ n, told: event }) => [n, event]),
      [
        [1, ASKED],
        [2, note('one')],
        [3, note('two')],
      ],
    )
    assert.is((await store.unfinished()).length, 2)
  })

  promise('a change happens only from the states that are named, and sets only what it names', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    assert.is(await store.change(id, ['running'], { state: 'cancelled' }, { at: NOW, event: note('never') }), undefined)
    assert.is(await store.change(99, ['waiting'], { state: 'cancelled' }, { at: NOW, event: note('never') }), undefined)
    assert.is(await store.change(id, [], { state: 'cancelled' }), undefined)
    assert.equal(await toldOf(store, id), [ASKED])
    const began = await store.change(
      id,
      ['waiting', 'running'],
      { state: 'running', began: NOW, attempts: 1, release: '1-a' },
      { at: NOW, event: { event: 'begins', attempt: 1 } },
    )
    assert.equal(
      [began?.state, began?.began, began?.attempts, began?.release, began?.asked],
      ['running', NOW, 1, '1-a', NOW],
    )
    const end = {
      exit: 6,
      said: 'it could not be reached',
      problems: [{ code: 'FLIGHT_UNREACHABLE' as const, where: 'web-1', what: 'no answer' }],
    }
    const last = await store.change(
      id,
      ['running'],
      { state: 'failed', ended: LATER, end, cancelled: 'anna', notBefore: LATER, supersededBy: 7 },
      { at: LATER, event: { event: 'ends', state: 'failed', end } },
    )
    assert.equal(await store.request(id), last)
    assert.equal(
      [last?.end, last?.ended, last?.cancelled, last?.notBefore, last?.supersededBy, last?.release, last?.attempts],
      [end, LATER, 'anna', LATER, 7, '1-a', 1],
    )
    assert.equal(
      (await store.events(id, 0, 10)).map(({ n, at, told: { event } }) => [n, at, event]),
      [
        [1, NOW, 'requested'],
        [2, NOW, 'begins'],
        [3, LATER, 'ends'],
      ],
    )
    assert.is((await store.change(id, ['failed'], { notBefore: null }))?.notBefore, null)
  })

  promise('of many that change the same at once, one does', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.change(id, ['waiting'], { state: 'running', attempts: index + 1 }, told(String(index))),
      ),
    )
    assert.is(answers.filter((answer) => answer !== undefined).length, 1)
    assert.is((await store.events(id, 1, 100)).length, 1)
  })

  promise('a change that cannot be told does not happen', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    const untellable: RequestEvent = Object.assign(note('x'), { toJSON: () => undefined })
    const failed = await store.change(id, ['waiting'], { state: 'running' }, { at: NOW, event: untellable }).then(
      () => false,
      () => true,
    )
    assert.equal([failed, (await store.request(id))?.state, await toldOf(store, id)], [true, 'waiting', [ASKED]])
  })

  promise('events are numbered from 1 without gaps for each request, also when many tell at once', async (store) => {
    const ids = [(await accepted(store, release('shop', 'a'))).id, (await accepted(store, release('shop', 'b'))).id]
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        store.append(
          ids[index % 2] as number,
          Array.from({ length: index % 3 }, (__, part) => told(`${index}.${part}`)),
        ),
      ),
    )
    assert.is(answers.flat().length, 60)
    for (const id of ids) {
      const events = await store.events(id, 0, 100)
      assert.equal(
        events.map(({ n }) => n),
        events.map((_, index) => index + 1),
      )
      assert.equal(events.slice(1), answers.filter((_, index) => ids[index % 2] === id).flat())
    }
  })

  promise('events come after a number and no more than wanted, with any text', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    const texts = [
      '',
      "'; DROP TABLE event --",
      'é 🚀 \u2028 \u0000 \u001b[31m',
      '{"event":"ends"}',
      'x'.repeat(200_000),
    ]
    await store.append(id, texts.map(told))
    assert.equal(await toldOf(store, id), [ASKED, ...texts.map(note)])
    assert.equal(
      (await store.events(id, 2, 2)).map(({ n }) => n),
      [3, 4],
    )
    assert.equal(
      [
        await store.events(id, 6, 10),
        await store.events(id, 0, 0),
        await store.events(id, 0, -1),
        await store.events(99, 0, 10),
      ],
      [[], [], [], []],
    )
  })

  promise('events are forgotten of ended requests of the app but the newest', async (store) => {
    const ids = []
    for (const commit of ['a', 'b', 'c', 'd']) ids.push(await ended(store, release('shop', commit)))
    ids.push((await accepted(store, release('shop', 'e'))).id, await ended(store, release('blog', 'a')))
    for (const id of ids) await store.append(id, [told('one'), told('two')])
    await store.forgetEvents('shop', 2)
    const left = await Promise.all(ids.map((id) => store.events(id, 0, 10)))
    assert.equal(
      left.map(({ length }) => length),
      [0, 0, 3, 3, 3, 3],
    )
    assert.equal(
      (await store.append(1, [told('three')])).map(({ n }) => n),
      [4],
    )
    await store.forgetEvents('shop', 0)
    assert.equal(
      (await Promise.all(ids.map((id) => store.events(id, 0, 10)))).map(({ length }) => length),
      [0, 0, 0, 0, 3, 3],
    )
    assert.is((await store.requests({ limit: 10 })).length, 6)
  })

  promise(
    'requests come the newest first, of these apps, in these states, before that one, no more than wanted',
    async (store) => {
      for (let index = 0; index < 12; index++)
        await accepted(store, release(['shop', 'blog', 'wiki'][index % 3] as string, String(index)))
      for (const id of [2, 5, 6]) await store.change(id, ['waiting'], { state: 'succeeded' })
      const ids = async (filter: Parameters<Store['requests']>[0]) => (await store.requests(filter)).map(({ id }) => id)
      assert.equal(await ids({ limit: 100 }), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
      assert.equal(await ids({ limit: 3 }), [12, 11, 10])
      assert.equal(await ids({ before: 10, limit: 2 }), [9, 8])
      assert.equal(await ids({ apps: ['blog', 'shop', 'blog'], limit: 3 }), [11, 10, 8])
      assert.equal(await ids({ apps: ['blog'], states: ['succeeded', 'failed'], limit: 9 }), [5, 2])
      assert.equal(await ids({ apps: ['blog'], states: ['succeeded'], before: 5, limit: 9 }), [2])
      assert.equal(await ids({ states: ['succeeded'], limit: 2 }), [6, 5])
      assert.equal(
        [
          await ids({ apps: [], limit: 9 }),
          await ids({ states: [], limit: 9 }),
          await ids({ limit: 0 }),
          await ids({ apps: ["' OR 1"], limit: 9 }),
        ],
        [[], [], [], []],
      )
    },
  )

  promise('what waits or runs comes the oldest first, and is counted', async (store) => {
    for (const app of ['shop', 'blog', 'shop', 'shop']) await accepted(store, release(app, String(Math.random())))
    await accepted(store, rollback('shop', 1))
    await store.change(1, ['waiting'], { state: 'running' })
    await store.change(3, ['waiting'], { state: 'went_back' })
    assert.equal(
      (await store.unfinished()).map(({ id }) => id),
      [1, 2, 4, 5],
    )
    const counts = (await store.counts()).map(({ app, does, state, requests }) => `${app} ${does} ${state} ${requests}`)
    assert.equal(counts.sort(), [
      'blog release waiting 1',
      'shop release running 1',
      'shop release waiting 1',
      'shop release went_back 1',
      'shop rollback waiting 1',
    ])
  })

  promise('tokens are found by their id, the oldest first, and revoked once', async (store) => {
    const other: Token = {
      ...TOKEN,
      id: 'zzz',
      name: 'prometheus',
      purpose: 'read',
      app: null,
      created: '2025-12-31T00:00:00.000Z',
      expires: null,
    }
    await store.addToken(TOKEN)
    await store.addToken(other)
    assert.equal(
      [await store.token(TOKEN.id), await store.token('zzz'), await store.token('none')],
      [TOKEN, other, undefined],
    )
    assert.equal(await store.tokens(), [other, TOKEN])
    assert.equal(
      [
        await store.revokeToken('zzz', LATER),
        await store.revokeToken('zzz', NOW),
        await store.revokeToken('none', NOW),
      ],
      [true, false, false],
    )
    assert.equal(await store.tokens(), [{ ...other, revoked: LATER }, TOKEN])
    assert.ok(
      await store.addToken(TOKEN).then(
        () => false,
        () => true,
      ),
      'an id that is taken was taken again',
    )
    assert.is((await store.tokens()).length, 2)
  })

  promise('what was seen last is kept by its name', async (store) => {
    assert.is(await store.kept('drift'), undefined)
    await store.keep('drift', NOW, { servers: [1, null, 'é'] })
    await store.keep('live', NOW, null)
    await store.keep('drift', LATER, ['new'])
    assert.equal(
      [await store.kept('drift'), await store.kept('live')],
      [
        { at: LATER, document: ['new'] },
        { at: NOW, document: null },
      ],
    )
  })

  promise('notices come when they are due, the oldest first, until they are sent or given up', async (store) => {
    const notice = (target: string, due: string) => ({ target, at: NOW, due, body: { text: target } })
    await store.post([notice('a', NOW), notice('b', LATER), notice('c', NOW), notice('d', NOW)])
    await store.post([])
    const ids = async (at: string, limit = 10) => (await store.notices(at, limit)).map(({ target }) => target)
    assert.equal(
      [await ids(NOW), await ids(LATER), await ids(NOW, 2), await ids('2025-01-01T00:00:00.000Z')],
      [['a', 'c', 'd'], ['a', 'b', 'c', 'd'], ['a', 'c'], []],
    )
    const [a, , c] = await store.notices(LATER, 10)
    assert.equal(a, { ...notice('a', NOW), id: a?.id, tries: 0, error: null })
    await store.postpone(a?.id as number, LATER, '500')
    assert.equal(
      [await ids(NOW), (await store.notices(LATER, 1))[0]],
      [['c', 'd'], { ...a, due: LATER, tries: 1, error: '500' }],
    )
    await store.giveUp(c?.id as number, 'gone')
    await store.sent(a?.id as number)
    assert.equal(await ids(LATER), ['b', 'd'])
    for (const { id } of await store.notices(LATER, 10)) await store.sent(id)
    await store.post([notice('e', NOW)])
    const [e] = await store.notices(NOW, 1)
    await store.sent((c?.id as number) + 1)
    assert.equal([await ids(NOW), (e?.id ?? 0) > 4], [['e'], true])
  })

  promise('ping answers', (store) => store.ping())

  promise('closing waits for what is under way; whatever comes after is refused', async (store) => {
    const { id } = await accepted(store, release('shop', 'a'))
    const under = [store.accept(release('shop', 'b'), NOW), store.append(id, [told('last')])]
    const closed = store.close()
    const late = [store.request(1), store.ping(), store.accept(release('shop', 'c'), NOW), store.tokens()]
    assert.equal(
      (await Promise.allSettled(late)).map(
        (result) => result.status === 'rejected' && /is closed already/.test(String(result.reason)),
      ),
      late.map(() => true),
    )
    assert.equal(
      (await Promise.allSettled(under)).map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    )
    await closed
    await store.close()
  })
}
