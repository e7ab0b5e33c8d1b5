import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Request } from '../../../src/model/request.ts'
import { choose, nextTime } from '../../../src/server/queue/choose.ts'
import { isLaterOf, pauseAfter } from '../../../src/server/queue/carrier.ts'
import { A_COMMIT, aRequest } from '../../support/requests.ts'

const NOW = '2026-01-02T03:04:05.000Z'
const LATER = '2026-01-02T03:05:00.000Z'
const SERVERS: Record<string, readonly string[]> = {
  shop: ['a'],
  blog: ['b'],
  both: ['a', 'b'],
  forum: ['a'],
  wiki: ['c'],
}
const serversOf = (app: string) => SERVERS[app] ?? []
const chosen = (unfinished: readonly Request[], limits = { atOnce: 8, perServer: 1 }) =>
  choose(unfinished, NOW, serversOf, limits).map(({ id }) => id)

test('apps on disjoint servers begin side by side', () =>
  assert.equal(chosen([aRequest(1, 'shop'), aRequest(2, 'blog')]), [1, 2]))

test('of one app only the oldest begins, and none beside one that runs', () => {
  assert.equal(chosen([aRequest(1, 'shop'), aRequest(2, 'shop')], { atOnce: 8, perServer: 4 }), [1])
  assert.equal(
    chosen([aRequest(1, 'shop', { state: 'running' }), aRequest(2, 'shop')], { atOnce: 8, perServer: 4 }),
    [],
  )
})

test('a server takes so many at once', () => {
  assert.equal(chosen([aRequest(1, 'shop'), aRequest(2, 'forum')]), [1])
  assert.equal(chosen([aRequest(1, 'shop'), aRequest(2, 'forum')], { atOnce: 8, perServer: 2 }), [1, 2])
  assert.equal(chosen([aRequest(1, 'shop', { state: 'running' }), aRequest(2, 'both'), aRequest(3, 'wiki')]), [3])
})

test('so many run in all', () =>
  assert.equal(
    chosen([aRequest(1, 'shop'), aRequest(2, 'blog'), aRequest(3, 'wiki')], { atOnce: 2, perServer: 1 }),
    [1, 2],
  ))

test('who waits for two servers keeps its place on the one that is free', () => {
  assert.equal(chosen([aRequest(1, 'shop', { state: 'running' }), aRequest(2, 'both'), aRequest(3, 'blog')]), [])
})

test('one that waits for its time holds up its app, and no other', () => {
  assert.equal(chosen([aRequest(1, 'shop', { notBefore: LATER }), aRequest(2, 'shop'), aRequest(3, 'forum')]), [3])
  assert.is(nextTime([aRequest(1, 'shop', { notBefore: LATER }), aRequest(2, 'blog')], NOW), LATER)
  assert.is(nextTime([aRequest(2, 'blog', { notBefore: NOW })], NOW), undefined)
})

test('an app that is not defined any more begins all the same: it is refused in words', () =>
  assert.equal(chosen([aRequest(1, 'gone')]), [1]))

const states = fc.array(fc.record({ app: fc.constantFrom(...Object.keys(SERVERS)), running: fc.boolean() }), {
  maxLength: 12,
})
const limits = fc.record({ atOnce: fc.integer({ min: 1, max: 4 }), perServer: fc.integer({ min: 1, max: 3 }) })

test('whatever waits and runs: one an app, within the limits, in order, and somebody always goes on', () => {
  fc.assert(
    fc.property(states, limits, (given, bounds) => {
      const runningApps = new Set<string>()
      const unfinished = given.map(({ app, running }, index) => {
        const runs = running && !runningApps.has(app) && runningApps.size < bounds.atOnce
        if (runs) runningApps.add(app)
        return aRequest(index + 1, app, { state: runs ? 'running' : 'waiting' })
      })
      const began = choose(unfinished, NOW, serversOf, bounds)
      const apps = began.map(({ app }) => app)
      assert.is(new Set(apps).size, apps.length)
      assert.not.ok(apps.some((app) => runningApps.has(app)))
      if (began.length > 0) assert.ok(began.length + runningApps.size <= bounds.atOnce)
      for (const { app, id } of began)
        assert.is(
          id,
          Math.min(...unfinished.filter((each) => each.app === app && each.state === 'waiting').map((each) => each.id)),
        )
      if (runningApps.size === 0 && unfinished.length > 0) assert.is(began[0]?.id, unfinished[0]?.id)
    }),
  )
})

test('a later commit of the same branch of the same app may take the place of one that waits', () => {
  const wish = (commit: string, ref: string | null) => ({
    wish: { does: 'release' as const, commit, ref, older: false },
  })
  const first = aRequest(1, 'shop', wish(A_COMMIT, 'refs/heads/main'))
  const later = (id: number, more: Partial<Request>) =>
    isLaterOf(first, aRequest(id, 'shop', { ...wish('b'.repeat(40), 'refs/heads/main'), ...more }))
  assert.ok(later(2, {}))
  assert.not.ok(later(1, {}))
  assert.not.ok(later(2, { state: 'running' }))
  assert.not.ok(later(2, { app: 'blog' }))
  assert.not.ok(later(2, { cancelled: 'somebody' }))
  assert.not.ok(later(2, wish('b'.repeat(40), 'refs/heads/next')))
  assert.not.ok(later(2, wish(A_COMMIT, 'refs/heads/main')))
  assert.not.ok(later(2, { wish: { does: 'rollback', leaving: 1, to: null } }))
  assert.not.ok(isLaterOf(aRequest(1, 'shop', wish(A_COMMIT, null)), aRequest(2, 'shop', wish('b'.repeat(40), null))))
})

test('a server that cannot be reached is tried again more and more slowly, at least each minute', () => {
  assert.equal([1, 2, 3, 12, 100].map(pauseAfter), [5000, 10_000, 15_000, 60_000, 60_000])
})

test.run()
