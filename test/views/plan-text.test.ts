import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { planText } from '../../src/views/plan-text.ts'
import { cleanOfEscapes } from '../../src/model/printable.ts'
import { isExpected } from './expected.ts'
import { bigFleet, configured, everything, quietPlan } from './fleet.ts'
import { HOSTILE } from './hostile.ts'
import { aFile, aPlan, aServer, askedFor, changed, created } from './plans.ts'
import { costsAtMost } from '../support/cpu.ts'

const plain = { color: false, width: 80, file: 'plan.json' }
const CONTROL = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

function oneFile(was: string, is: string): ReturnType<typeof aPlan> {
  return aPlan({
    servers: [aServer('web-1')],
    stages: [
      { name: 'provision', servers: [{ server: 'web-1', actions: [changed('web-1', aFile('/etc/a', is), was)] }] },
    ],
  })
}

test('a plan with a bit of everything reads as expected at 80 and at 140 columns', () => {
  isExpected('everything-80.txt', planText(everything(), plain))
  isExpected('everything-140.txt', planText(everything(), { ...plain, width: 140 }))
  isExpected('everything-full.txt', planText(everything(), { ...plain, full: true }))
})

test('a plan with nothing to do says so in one line', () => {
  isExpected('quiet.txt', planText(quietPlan(), plain))
})

test('fifty servers that differ in one file show the rest once', () => {
  const text = planText(bigFleet(50), plain)
  isExpected('fleet.txt', planText(bigFleet(3), plain))
  assert.is(text.split('worker_processes auto').length, 2)
  assert.ok(text.split('\n').length < 1100)
})

test('an app in two waves, what is retired after them, and what is left over', () => {
  const text = planText(configured(), plain)
  isExpected('configured.txt', text)
  assert.not.match(text, /hunter2|eeee/)
})

test('what is left over and what should be known is shown where nothing is to be done, too', () => {
  isExpected('quiet-with-leftovers.txt', planText({ ...configured(), stages: [] }, plain))
})

test('a command that removes something stands on a line of its own, whole', () => {
  const remove = `rm -f -- ${'/var/log/nginx/shop.access.log '.repeat(10).trim()}`
  const text = planText(aPlan({ servers: [aServer('web-1', { leftovers: [{ what: 'logs', remove }] })] }), plain)
  assert.ok(text.split('\n').includes(`      ${remove}`))
})

test('a plan that concerns no server says so', () => {
  assert.match(
    planText(aPlan({ asked: askedFor({ apps: ['shop'], servers: ['web-9'] }) }), plain),
    /No server has to do with what was asked for/,
  )
})

test('provisioning alone is said to be without apps', () => {
  assert.match(
    planText(
      aPlan({ servers: [aServer('web-1')], asked: askedFor({ clusters: ['staging'] }, { apps: false }) }),
      plain,
    ),
    /for cluster staging without apps \(1 server\)/,
  )
})

test('several stages are shown in their order', () => {
  const servers = [{ server: 'web-1', actions: [created('web-1', aFile('/etc/a', 'a\n'), 'nginx')] }]
  const text = planText(
    aPlan({
      servers: [aServer('web-1')],
      stages: [
        { name: 'add', servers },
        { name: 'retire', servers: [] },
        { name: 'switch', servers },
      ],
    }),
    plain,
  )
  assert.match(text, /== Stage 1 of 3: add[^]*== Stage 3 of 3: switch/)
})

test('colour changes nothing but the colour', () => {
  const colored = planText(everything(), { ...plain, color: true })
  assert.ok(colored.includes('\u001b[32m'))
  assert.is(cleanOfEscapes(colored), planText(everything(), plain))
})

test('no line but a line of a file is wider than asked for', () => {
  for (const width of [60, 80, 140])
    for (const line of planText(everything(), { ...plain, width }).split('\n'))
      assert.ok(line.length <= width || !line.trim().includes(' '), `${width}: ${line}`)
})

test('a wholly different file of 10,000 lines is shown as replaced, soon', async () => {
  const lines = (word: string): string => Array.from({ length: 10_000 }, (_, index) => `${word} ${index}\n`).join('')
  let text = ''
  await costsAtMost(3000, () => (text = planText(oneFile(lines('a'), lines('b')), plain)))
  assert.match(text, /replaced: 10000 lines -> 10000 lines/)
  assert.match(text, /more lines; flight show --full shows them/)
})

test('a line of a megabyte is cut, saying how much is left out', () => {
  const text = planText(oneFile('a\n', `${'x'.repeat(1_000_000)}\n`), plain)
  assert.ok(text.length < 5000)
  assert.match(text, /more characters/)
})

test('control characters of a file are spelled out, so that a change of them is seen', () => {
  const text = planText(oneFile('echo a\n', 'echo \u001b[8ma\u202e\r\n'), plain)
  assert.ok(text.includes('+echo \\x1b[8ma\\u202e\\r'))
})

test('nothing hostile reaches the terminal, or begins a line of its own', () => {
  for (const bad of HOSTILE) {
    const file = changed('web-1', aFile(`/etc/${bad}`, bad), `${bad}\nb`, {
      feature: bad,
      because: [{ code: 'differs', text: bad }],
    })
    const text = planText(
      aPlan({
        servers: [
          aServer('web-1', { notes: [bad], host: bad, leftovers: [{ what: bad, remove: bad }] }),
          aServer('web-7', { notes: [bad] }),
        ],
        missing: [{ code: 'FLIGHT_UNREACHABLE', server: 'web-2', where: `web-2`, what: bad, hint: bad }],
        stages: [{ name: bad, servers: [{ server: 'web-1', actions: [file] }] }],
      }),
      plain,
    )
    assert.not.match(text, CONTROL)
    assert.not.match(text, /^(Nothing to do|Plan 0000)/m)
  }
})

test('any content of a file makes a text without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (was, is) => {
      assert.not.match(planText(oneFile(was, is), plain).replace(/\t/g, ''), CONTROL)
    }),
    { numRuns: 200 },
  )
})

test.run()
