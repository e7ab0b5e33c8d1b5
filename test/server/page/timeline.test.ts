import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Span } from '../../../src/server/page/story.ts'
import { ticksOf, timelineOf } from '../../../src/server/page/timeline.ts'

const span = (server: string, began: number, ended: number | undefined, part: Partial<Span> = {}): Span => ({
  server,
  stage: 'prepare',
  address: `${server}/file/x`,
  verb: 'create',
  began,
  ended,
  outcome: ended === undefined ? 'running' : 'done',
  error: '',
  ...part,
})
const story = (spans: readonly Span[], part: { began?: number; ended?: number; live?: number } = {}) => ({
  began: part.began,
  ended: part.ended,
  live: part.live,
  spans: [...spans],
})

test('bars are shares of the time between the beginning and the end', () => {
  const timeline = timelineOf(
    story([span('web-1', 1000, 3000), span('web-1', 5000, 9000)], { began: 1000, ended: 11_000, live: 6000 }),
    99_000,
  )
  assert.equal(
    timeline?.rows.map(({ server, bars }) => [server, bars.map(({ x, width }) => [x, width])]),
    [
      [
        'web-1',
        [
          [0, 20],
          [40, 40],
        ],
      ],
    ],
  )
  assert.is(timeline?.live, 50)
})

test('what runs reaches to now', () => {
  const timeline = timelineOf(story([span('web-1', 0, 1000), span('web-1', 1000, undefined)], { began: 0 }), 4000)
  assert.equal(
    timeline?.rows[0]?.bars.map(({ x, width, outcome }) => [x, width, outcome]),
    [
      [0, 25, 'done'],
      [25, 75, 'running'],
    ],
  )
})

test('there is no picture before anything was done', () => {
  assert.is(timelineOf(story([], { began: 0 }), 4000), undefined)
})

test('servers stand in the order in which people count them', () => {
  const timeline = timelineOf(
    story(
      ['web-10', 'web-2', 'db-1'].map((server) => span(server, 0, 10)),
      { began: 0, ended: 10 },
    ),
    10,
  )
  assert.equal(
    timeline?.rows.map(({ server }) => server),
    ['db-1', 'web-2', 'web-10'],
  )
})

test('thin neighbours of one stage are one bar; what failed keeps a bar of its own', () => {
  const thin = [0, 1, 2, 3].map((index) => span('web-1', index, index + 1, index === 2 ? { outcome: 'failed' } : {}))
  const timeline = timelineOf(story([...thin, span('web-1', 100, 1000)], { began: 0, ended: 1000 }), 1000)
  assert.equal(
    timeline?.rows[0]?.bars.map(({ spans, outcome }) => [spans, outcome]),
    [
      [2, 'done'],
      [1, 'failed'],
      [1, 'done'],
      [1, 'done'],
    ],
  )
  assert.is(timeline?.isMerged, true)
})

test('of a hundred servers those where something failed are drawn, and the others are counted', () => {
  const servers = Array.from({ length: 100 }, (_, index) =>
    span(`web-${index}`, 0, 10, index === 97 ? { outcome: 'failed' } : {}),
  )
  const timeline = timelineOf(story(servers, { began: 0, ended: 10 }), 10)
  assert.is(timeline?.rows.length, 60)
  assert.is(timeline?.otherServers, 40)
  assert.ok(timeline?.rows.some(({ server }) => server === 'web-97'))
})

test('whatever was told, bars stay within the picture, and there are never too many', () => {
  const time = fc.integer({ min: -1000, max: 1_000_000 })
  const any = fc.array(
    fc.record({
      server: fc.constantFrom('a', 'b', 'c'),
      began: time,
      took: fc.option(fc.integer({ min: -5, max: 100_000 })),
      stage: fc.constantFrom('prepare', 'go live', '?'),
    }),
    { maxLength: 300 },
  )
  fc.assert(
    fc.property(any, fc.option(time), fc.option(time), time, (list, began, ended, now) => {
      const spans = list.map((each) =>
        span(each.server, each.began, each.took === null ? undefined : each.began + each.took, { stage: each.stage }),
      )
      const timeline = timelineOf({ began: began ?? undefined, ended: ended ?? undefined, live: undefined, spans }, now)
      assert.is(timeline === undefined, spans.length === 0)
      for (const { x, width } of timeline?.rows.flatMap(({ bars }) => bars) ?? [])
        assert.ok(x >= 0 && width > 0 && x + width <= 100.01, `${x} ${width}`)
      assert.is(timeline?.rows.flatMap(({ bars }) => bars).reduce((sum, bar) => sum + bar.spans, 0) ?? 0, spans.length)
    }),
  )
})

test('the axis has round times, two to seven of them', () => {
  assert.equal(
    ticksOf(50).map(({ seconds }) => seconds),
    [0, 10, 20, 30, 40, 50],
  )
  assert.equal(
    ticksOf(0.5).map(({ seconds }) => seconds),
    [0, 0.1, 0.2, 0.3, 0.4, 0.5],
  )
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 1e7, noNaN: true }), (seconds) => {
      const ticks = ticksOf(seconds)
      assert.ok(ticks.length >= 2 && ticks.length <= 7, String(ticks.length))
      for (const { x } of ticks) assert.ok(x >= 0 && x <= 100)
    }),
  )
})

test.run()
