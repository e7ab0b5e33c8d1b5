import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { doctorText } from '../../src/views/doctor-text.ts'
import { historyText } from '../../src/views/history-text.ts'
import { locksText } from '../../src/views/locks-text.ts'
import { statusText, type StatusRow } from '../../src/views/status-text.ts'
import { isExpected } from './expected.ts'
import { DIGEST } from './plans.ts'

const wide = { color: false, width: 120 }
const rows: StatusRow[] = [
  {
    server: 'web-2',
    cluster: 'staging',
    state: 'drifted',
    system: 'Debian 12',
    apps: ['shop 3f9a1c2b7d04', 'blog 0a1b2c3d4e5f'],
    unusual: ['shop is a release behind web-1', 'disk 92% full'],
  },
  {
    server: 'web-1',
    cluster: 'staging',
    state: 'in order',
    system: 'Debian 12',
    apps: ['shop 4f9a1c2b7d04'],
    unusual: [],
  },
]

test('the fleet at a glance, wide, at 80 columns and on a telephone', () => {
  isExpected('status-120.txt', `${statusText(rows, wide)}\n`)
  isExpected('status-80.txt', `${statusText(rows, { ...wide, width: 80 })}\n`)
  isExpected('status-40.txt', `${statusText(rows, { ...wide, width: 40 })}\n`)
  for (const width of [60, 80, 120])
    for (const line of statusText(rows, { ...wide, width }).split('\n'))
      assert.ok(line.length <= width, `${width}: ${line}`)
})

test('a fleet in which nothing is out of the ordinary has empty columns', () => {
  const calm = {
    server: 'web-1',
    cluster: 'web',
    state: 'in order',
    system: 'Debian 12',
    apps: [],
    unusual: [],
  } as const
  assert.match(statusText([calm], wide), /web-1 +web +in order +Debian 12$/m)
})

test('what was done, the newest first', () => {
  const row = { server: 'web-1', who: 'ada', from: 'bastion', what: 'provision staging', outcome: 'done', plan: DIGEST }
  isExpected(
    'history.txt',
    `${historyText(
      [
        { ...row, when: '2026-05-03T10:00:00Z' },
        { ...row, when: '2026-05-04T10:00:00Z', outcome: 'failed' },
      ],
      wide,
    )}\n`,
  )
  assert.match(historyText([], wide), /Nothing was done/)
})

test('who holds what', () => {
  const holder = { who: 'ada', from: 'bastion', what: 'provision staging', since: '2026-05-04T10:00:00Z' }
  isExpected(
    'locks.txt',
    `${locksText(
      [
        { server: 'web-1', holder },
        { server: 'web-2', holder: undefined },
      ],
      wide,
    )}\n`,
  )
  assert.is(locksText([{ server: 'web-2', holder: undefined }], wide), 'Nobody holds a lock (1 asked).')
})

test('what is needed and not there comes last, with the way out', () => {
  const checks = [
    {
      where: 'web-2',
      check: 'sudo',
      ok: false,
      found: 'a password is required',
      hint: 'give deploy NOPASSWD in sudoers',
    },
    { where: '', check: 'git', ok: true, found: '2.39.5' },
  ]
  isExpected('doctor.txt', `${doctorText(checks, wide)}\n`)
})

test('without colour there is not one escape sequence', () => {
  assert.not.ok(statusText(rows, wide).includes('\u001b'))
  assert.ok(statusText(rows, { ...wide, color: true }).includes('\u001b[1m'))
})

test.run()
