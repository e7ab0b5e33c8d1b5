import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEnded, REQUEST_STATES, type NewRequest, type RequestState } from '../../../src/model/request.ts'
import { openStore } from '../../../src/server/store/open-store.ts'
import { release, rollback } from './contract.ts'

const NOW = '2026-01-01T00:00:00.000Z'

// The same in a dozen lines: a list that is searched.
function model() {
  const requests: { wish: NewRequest; state: RequestState; isCancelled: boolean; events: string[] }[] = []
  const sameWish = (a: NewRequest, b: NewRequest) => {
    const plain = ({ wish }: NewRequest) => JSON.stringify(wish.does === 'release' ? { ...wish, ref: null } : wish)
    return a.app === b.app && plain(a) === plain(b)
  }
  return {
    requests,
    accept(wish: NewRequest): [string, number] {
      const index = requests.findIndex((each) =>
        wish.key === null
          ? sameWish(each.wish, wish) && !isEnded(each.state) && !each.isCancelled
          : each.wish.app === wish.app && each.wish.key === wish.key,
      )
      const earlier = requests[index]
      if (earlier !== undefined) return [sameWish(earlier.wish, wish) ? 'known' : 'other', index + 1]
      return ['new', requests.push({ wish, state: 'waiting', isCancelled: false, events: [''] })]
    },
    change(id: number, from: readonly RequestState[], to: RequestState): boolean {
      const request = requests[id - 1]
      if (request === undefined || !from.includes(request.state)) return false
      request.state = to
      request.events.push(`is ${to}`)
      return true
    },
    cancel(id: number): boolean {
      const request = requests[id - 1]
      if (request === undefined || isEnded(request.state)) return false
      request.isCancelled = true
      return true
    },
    append(id: number, texts: readonly string[]): void {
      requests[id - 1]?.events.push(...texts)
    },
  }
}

const apps = fc.constantFrom('shop', 'blog')
const key = fc.option(fc.constantFrom('k', 'l'), { nil: null, freq: 2 })
const wish: fc.Arbitrary<NewRequest> = fc.oneof(
  fc
    .record({
      app: apps,
      commit: fc.constantFrom('a', 'b'),
      ref: fc.constantFrom('main', 'next'),
      older: fc.boolean(),
      key,
    })
    .map(({ app, commit, ref, older, key: by }) =>
      release(app, commit, { ref, older, ...(by === null ? {} : { key: by }) }),
    ),
  fc
    .record({ app: apps, leaving: fc.integer({ min: 1, max: 2 }), to: fc.constantFrom(null, '1-a'), key })
    .map(({ app, leaving, to, key: by }) => rollback(app, leaving, to, by)),
)
const id = fc.integer({ min: 1, max: 8 })
const state = fc.constantFrom(...REQUEST_STATES.filter((each) => each !== 'waiting'))
const call = fc.oneof(
  { weight: 3, arbitrary: fc.record({ call: fc.constant('accept' as const), wish }) },
  {
    weight: 3,
    arbitrary: fc.record({
      call: fc.constant('change' as const),
      id,
      from: fc.uniqueArray(fc.constantFrom('waiting' as const, 'running' as const), { maxLength: 2 }),
      to: state,
    }),
  },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('cancel' as const), id }) },
  {
    weight: 2,
    arbitrary: fc.record({ call: fc.constant('append' as const), id, texts: fc.array(fc.string(), { maxLength: 3 }) }),
  },
)
// Each group is asked for at once, without waiting in between.
const groups = fc.array(fc.array(call, { minLength: 1, maxLength: 6 }), { maxLength: 12 })

test('any calls, alone or at once, answer as a list would and leave what it would have', () =>
  fc.assert(
    fc.asyncProperty(groups, async (all) => {
      const store = await openStore(':memory:')
      const expected = model()
      for (const group of all) {
        const answers = group.map(async (each) => {
          switch (each.call) {
            case 'accept': {
              const { is, request } = await store.accept(each.wish, NOW)
              return [is, request.id]
            }
            case 'change':
              return (
                (await store.change(
                  each.id,
                  each.from,
                  { state: each.to },
                  { at: NOW, event: { event: 'note', text: `is ${each.to}` } },
                )) !== undefined
              )
            case 'cancel':
              return (await store.change(each.id, ['waiting', 'running'], { cancelled: 'anna' })) !== undefined
            case 'append':
              return store
                .append(
                  each.id,
                  each.texts.map((text) => ({ at: NOW, event: { event: 'note', text } })),
                )
                .then(
                  () => 'told',
                  () => 'unknown',
                )
          }
        })
        const wanted = group.map((each) => {
          switch (each.call) {
            case 'accept':
              return expected.accept(each.wish)
            case 'change':
              return expected.change(each.id, each.from, each.to)
            case 'cancel':
              return expected.cancel(each.id)
            case 'append':
              if (each.texts.length > 0 && expected.requests[each.id - 1] === undefined) return 'unknown'
              expected.append(each.id, each.texts)
              return 'told'
          }
        })
        assert.equal(await Promise.all(answers), wanted)
      }
      for (const [index, { state: is, events }] of expected.requests.entries()) {
        assert.is((await store.request(index + 1))?.state, is)
        const told = await store.events(index + 1, 0, 1_000)
        assert.equal(
          told.map(({ n, told: event }) => [n, event]),
          events.map((text, at) => [at + 1, at === 0 ? { event: 'requested', by: 'ci' } : { event: 'note', text }]),
        )
      }
      const waiting = expected.requests.flatMap(({ state: is }, index) => (isEnded(is) ? [] : [index + 1]))
      assert.equal(
        (await store.unfinished()).map((request) => request.id),
        waiting,
      )
      assert.is(
        (await store.counts()).reduce((sum, { requests }) => sum + requests, 0),
        expected.requests.length,
      )
      await store.close()
    }),
    { numRuns: 300 },
  ))

test.run()
