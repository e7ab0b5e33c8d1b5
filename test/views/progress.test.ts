import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunEvent } from '../../src/model/event.ts'
import { paintFor } from '../../src/views/paint.ts'
import { openProgress } from '../../src/views/progress.ts'
import { lineOf } from '../../src/views/progress-lines.ts'
import { fit, frameOf } from '../../src/views/progress-frame.ts'
import { advance, noProgress } from '../../src/views/progress-state.ts'
import { costsAtMost } from '../support/cpu.ts'

const ADDRESS = 'web-1/file//etc/nginx/nginx.conf'
const events: RunEvent[] = [
  { event: 'server-asked', server: 'web-1' },
  { event: 'server-answered', server: 'web-1', actions: 14 },
  { event: 'server-missing', server: 'web-2', what: 'no answer\u001b[2J' },
  { event: 'stage-begins', stage: 'provision', servers: ['web-1', 'web-3'] },
  { event: 'action-begins', server: 'web-1', address: ADDRESS, feature: 'nginx', verb: 'update' },
  { event: 'action-progress', server: 'web-1', address: ADDRESS, text: '23 of 89 packages' },
]
const ended: RunEvent[] = [
  { event: 'action-ends', server: 'web-1', address: ADDRESS, outcome: 'failed', seconds: 0.42, error: 'no space left' },
  { event: 'server-ends', server: 'web-1', outcome: 'failed' },
  { event: 'note', text: 'connection lost' },
]

function collected(): { stream: { write(text: string): void; rows: number; columns: number }; text(): string } {
  let all = ''
  return { stream: { write: (text) => void (all += text), rows: 10, columns: 60 }, text: () => all }
}

test('in a pipe every step is a line with its time', () => {
  const { stream, text } = collected()
  let clock = Date.UTC(2026, 4, 4, 3, 2, 1)
  const progress = openProgress({ stream, tty: false, color: true, now: () => (clock += 1000) })
  for (const event of [...events, ...ended]) progress.listen(event)
  progress.close()
  assert.is(
    text(),
    [
      '2026-05-04T03:02:03.000Z web-1 answered, 14 actions',
      '2026-05-04T03:02:04.000Z web-2 could not be asked: no answer',
      '2026-05-04T03:02:05.000Z stage provision begins on 2 servers: web-1, web-3',
      '2026-05-04T03:02:08.000Z web-1 file /etc/nginx/nginx.conf failed (0.4 s): no space left',
      '2026-05-04T03:02:09.000Z web-1 failed',
      '2026-05-04T03:02:10.000Z connection lost',
      '',
    ].join('\n'),
  )
})

test('workers are named as people name them', () => {
  assert.is(
    lineOf({ event: 'action-ends', server: 'web-1', address: 'web-1/programs/shop', outcome: 'done', seconds: 1 }),
    'web-1 workers of shop done (1.0 s)',
  )
  assert.is(
    lineOf({ event: 'stage-begins', stage: 'configure 1 of 2', servers: ['web-1'] }),
    'stage configure 1 of 2 begins on 1 server: web-1',
  )
})

test('a step that goes on and on is heard of every 15 seconds', () => {
  const { stream, text } = collected()
  let clock = 0
  const progress = openProgress({ stream, tty: false, color: false, now: () => (clock += 1000) })
  progress.listen({ event: 'action-begins', server: 'web-1', address: ADDRESS, feature: 'nginx', verb: 'install' })
  for (let index = 0; index < 60; index++)
    progress.listen({ event: 'action-progress', server: 'web-1', address: ADDRESS, text: `${index} of 60` })
  assert.is(text().trim().split('\n').length, 4)
})

test('at a terminal a tree shows what runs and how far it is', () => {
  const run = noProgress(0)
  for (const event of events) advance(run, event, 0)
  assert.equal(frameOf(run, { rows: 10, columns: 80 }, 1500, paintFor(false)), [
    'Asked 1 server: 1 answered, 1 could not be asked',
    'provision: 2 servers, 1 running, 1 waiting (1.5 s)',
    '  web-1   0/14  update file /etc/nginx/nginx.conf: 23 of 89 packages (1.5 s)',
  ])
})

test('a frame never has more lines or columns than the terminal', () => {
  const run = noProgress(0)
  const servers = Array.from({ length: 100 }, (_, index) => `web-${index}`)
  advance(run, { event: 'stage-begins', stage: '段階'.repeat(40), servers }, 0)
  for (const server of servers)
    advance(
      run,
      { event: 'action-begins', server, address: `${server}/file/${'x'.repeat(200)}`, feature: 'f', verb: 'create' },
      0,
    )
  for (const rows of [1, 2, 3, 24]) {
    const frame = frameOf(run, { rows, columns: 40 }, 0, paintFor(false))
    assert.ok(frame.length <= rows)
    for (const line of frame) assert.is(fit(line, 39), line)
  }
  assert.match(frameOf(run, { rows: 10, columns: 80 }, 0, paintFor(false)).at(-1) ?? '', /and 92 more servers at work/)
})

test('failures and notes stay readable above the tree, and close() leaves the last state', () => {
  const { stream, text } = collected()
  const progress = openProgress({ stream, tty: true, color: false, now: () => 0 })
  for (const event of [...events, ...ended]) progress.listen(event)
  progress.close()
  assert.match(text(), /! web-1 file \/etc\/nginx\/nginx\.conf failed \(0\.4 s\): no space left\n/)
  assert.match(text(), /connection lost\n/)
  assert.ok(!text().includes('\u001b[2J'))
  assert.match(text(), /provision: 2 servers, 1 failed, 1 waiting/)
})

test('5,000 actions on 100 servers cost less than a second of CPU', async () => {
  const { stream } = collected()
  await costsAtMost(1000, async () => {
    const progress = openProgress({ stream, tty: true, color: true })
    const servers = Array.from({ length: 100 }, (_, index) => `web-${index}`)
    progress.listen({ event: 'stage-begins', stage: 'provision', servers })
    for (let index = 0; index < 50; index++) {
      for (const server of servers) {
        const address = `${server}/file//etc/${index}`
        progress.listen({ event: 'action-begins', server, address, feature: 'f', verb: 'create' })
        progress.listen({ event: 'action-ends', server, address, outcome: 'done', seconds: 0.1 })
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    progress.close()
  })
})

test('the time of a stage stands still once the next has begun', () => {
  const run = noProgress(0)
  advance(run, { event: 'stage-begins', stage: 'add', servers: ['web-1'] }, 0)
  advance(run, { event: 'action-begins', server: 'web-1', address: ADDRESS, feature: 'nginx', verb: 'update' }, 0)
  advance(run, { event: 'stage-begins', stage: 'switch', servers: ['web-1'] }, 2000)
  assert.is(frameOf(run, { rows: 10, columns: 80 }, 9000, paintFor(false))[0], 'add: 1 server, 1 done (2.0 s)')
})

test.run()
