import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { daily, nextDaily, systemTimer, type Timer } from '../../../src/server/queue/daily.ts'
import { eventually } from '../../support/eventually.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const DAY = 24 * 60 * 60_000

// When a time comes next, so many times, where clocks are as in that zone: a process reads TZ when it starts.
function inZone(zone: string, time: string, from: string, times: number): string[] {
  const [hour, minute] = time.split(':').map(Number)
  const program =
    `
    const { nextDaily } = await import('./src/server/queue/daily.ts')
    let at = new Date('${from}')
    console.log(JSON.stringify(Array.from({ length: ${times} }, () => (at = nextDaily(at, { hour: ${hour}, minute: ` +
    `${minute} })).toISOString())))`
  const said = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    env: { ...process.env, TZ: zone },
    encoding: 'utf8',
  })
  return JSON.parse(said) as string[]
}

const CASES: [string, string, string, string, string[]][] = [
  [
    'an ordinary day',
    'Europe/Zurich',
    '03:30',
    '2026-11-23T00:00:00Z',
    ['2026-11-23T02:30:00.000Z', '2026-11-24T02:30:00.000Z'],
  ],
  [
    'the moment itself is not after itself',
    'Europe/Zurich',
    '03:30',
    '2026-11-23T02:30:00.000Z',
    ['2026-11-24T02:30:00.000Z'],
  ],
  [
    'spring, a time that the clock skips: 02:30 is 03:30',
    'Europe/Zurich',
    '02:30',
    '2026-03-28T00:00:00Z',
    ['2026-03-28T01:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z'],
  ],
  [
    'spring, an hour later',
    'Europe/Zurich',
    '03:30',
    '2026-03-28T00:00:00Z',
    ['2026-03-28T02:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-30T01:30:00.000Z'],
  ],
  [
    'autumn, a time that comes twice counts once',
    'Europe/Zurich',
    '02:30',
    '2026-10-24T22:00:00Z',
    ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
  ],
  ['autumn, asked between the two', 'Europe/Zurich', '02:30', '2026-10-25T01:00:00Z', ['2026-10-26T01:30:00.000Z']],
  [
    'midnight itself is skipped',
    'America/Sao_Paulo',
    '00:00',
    '2018-11-03T12:00:00Z',
    ['2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
  ],
  [
    'half past midnight is skipped',
    'America/Sao_Paulo',
    '00:30',
    '2018-11-03T12:00:00Z',
    ['2018-11-04T03:30:00.000Z', '2018-11-05T02:30:00.000Z'],
  ],
  [
    'the hour before midnight comes twice',
    'America/Sao_Paulo',
    '23:30',
    '2018-02-17T12:00:00Z',
    ['2018-02-18T01:30:00.000Z', '2018-02-19T02:30:00.000Z'],
  ],
  ['no daylight saving', 'UTC', '23:59', '2026-12-31T23:59:30Z', ['2027-01-01T23:59:00.000Z']],
]

for (const [what, zone, time, from, expected] of CASES) {
  test(`${zone}, ${time}: ${what}`, () => assert.equal(inZone(zone, time, from, expected.length), expected))
}

for (const zone of ['Europe/Zurich', 'America/Sao_Paulo', 'Australia/Lord_Howe']) {
  test(`${zone}: 800 days in a row, each day once`, () => {
    for (const time of ['00:00', '02:15', '23:59']) {
      const times = inZone(zone, time, '2017-01-01T00:00:00Z', 800)
      const days = times.map((iso) =>
        new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(new Date(iso)),
      )
      assert.is(new Set(days).size, 800)
      const apart = times.slice(1).map((iso, index) => Date.parse(iso) - Date.parse(times[index] ?? ''))
      assert.ok(Math.min(...apart) >= DAY - 3_600_000 && Math.max(...apart) <= DAY + 3_600_000)
    }
  })
}

test('the next time is always ahead, and never more than a day and an hour', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2037-01-01'), noInvalidDate: true }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      (after, hour, minute) => {
        const ahead = nextDaily(after, { hour, minute }).getTime() - after.getTime()
        assert.ok(ahead > 0 && ahead <= DAY + 3_600_000)
      },
    ),
  )
})

// A clock that is moved by hand; what is due is called when it is looked at, as late as the hand is.
function aClock(
  from: string,
): Timer & { pass(milliseconds: number, steps?: number): void; sleep(milliseconds: number): void; waits: number[] } {
  let now = Date.parse(from)
  let armed: { at: number; call: () => void } | undefined
  const waits: number[] = []
  const clock = {
    waits,
    now: () => new Date(now),
    after(milliseconds: number, call: () => void) {
      waits.push(milliseconds)
      const mine = { at: now + milliseconds, call }
      armed = mine
      return () => {
        if (armed === mine) armed = undefined
      }
    },
    fire() {
      const { call } = armed ?? { call: () => undefined }
      armed = undefined
      call()
    },
    pass(milliseconds: number) {
      const end = now + milliseconds
      for (let due = armed; due !== undefined && due.at <= end; due = armed) {
        now = Math.max(now, due.at)
        clock.fire()
      }
      now = end
    },
    sleep(milliseconds: number) {
      now += milliseconds
      clock.fire()
    },
  }
  return clock
}

function counting(from: string): { clock: ReturnType<typeof aClock>; calls: string[]; stop(): void } {
  const clock = aClock(from)
  const calls: string[] = []
  const at = new Date(2026, 10, 23, 3, 30)
  const stop = daily(
    { hour: at.getHours(), minute: at.getMinutes() },
    () => calls.push(clock.now().toISOString()),
    clock,
  )
  return { clock, calls, stop }
}

const before = new Date(2026, 10, 23, 3, 0).toISOString()
const atThree = (day: number): string => new Date(2026, 10, day, 3, 30).toISOString()

test('it calls once a day, to the millisecond', () => {
  const { clock, calls } = counting(before)
  clock.pass(3 * DAY)
  assert.equal(calls, [atThree(23), atThree(24), atThree(25)])
  assert.ok(Math.max(...clock.waits) <= 60_000)
})

test('a machine that slept for days makes up for it once', () => {
  const { clock, calls } = counting(before)
  clock.sleep(3 * DAY + 60 * 60_000)
  clock.pass(2 * 60 * 60_000)
  assert.is(calls.length, 1)
  clock.pass(DAY)
  assert.equal(calls.slice(1), [atThree(27)])
})

test('a clock that is set back, a little or by years, neither repeats it nor makes it wait', () => {
  const { clock, calls } = counting(before)
  clock.pass(31 * 60_000)
  clock.sleep(-5 * 60_000)
  clock.pass(10 * 60_000)
  assert.is(calls.length, 1)
  clock.sleep(-365 * DAY)
  clock.pass(DAY + 60 * 60_000)
  assert.is(calls.length, 2)
})

test('what is called may stop it, and nothing is called after that', () => {
  const { clock, calls, stop } = counting(before)
  clock.pass(60 * 60_000)
  stop()
  clock.pass(3 * DAY)
  assert.is(calls.length, 1)
})

test('with a real timer: it comes, and stop leaves nothing behind', async () => {
  const target = new Date(2026, 10, 23, 3, 30)
  const shift = target.getTime() - 40 - Date.now()
  let calls = 0
  const stop = daily({ hour: 3, minute: 30 }, () => (calls += 1), {
    ...systemTimer,
    now: () => new Date(Date.now() + shift),
  })
  await eventually(() => calls > 0)
  assert.is(calls, 1)
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const armed = timers()
  stop()
  assert.is(timers(), armed - 1)
})

test.run()
