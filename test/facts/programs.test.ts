import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BadAnswer } from '../../src/facts/fact.ts'
import { memoryFact } from '../../src/facts/memory.ts'
import { programsFact } from '../../src/facts/programs.ts'
import type { ProgramsFact } from '../../src/model/fact.ts'
import { program } from '../../src/shell/program.ts'
import { SUPERVISOR } from '../../src/shell/supervisor.ts'

const query = { fact: 'programs' } as const
const nothing: ProgramsFact = { daemon: false, states: [], unloaded: [], runs: [], draining: [], refusal: undefined }
const up: ProgramsFact = { ...nothing, daemon: true }
const parse = (output: string) => programsFact.parse(output, [query])[0]

const ANSWERS: readonly { what: string; output: string; answer: ProgramsFact }[] = [
  { what: 'no supervisord', output: '', answer: nothing },
  { what: 'a drain that outlives supervisord', output: 'draining\tshop.q.1\n', answer: nothing },
  { what: 'supervisord without a program', output: 'end\n', answer: up },
  {
    what: 'programs in one order',
    output: 'state\tFATAL\tb.q.1\tspawn error\t0\nstate\tRUNNING\ta.q.1\tpid 1, uptime 0:00:01\t1767225600\nend\n',
    answer: {
      ...up,
      states: [
        { name: 'a.q.1', state: 'RUNNING' },
        { name: 'b.q.1', state: 'FATAL' },
      ],
    },
  },
  {
    what: 'what is not loaded',
    output: 'added\tn\nchanged\tc\nremoved\tr\nend\n',
    answer: {
      ...up,
      unloaded: [
        { name: 'c', is: 'changed' },
        { name: 'n', is: 'added' },
        { name: 'r', is: 'removed' },
      ],
    },
  },
  {
    what: 'in which release programs stand, and with which environment file',
    output:
      'runs\tshop.q.2\taaaaaaaaaaaa-1\t0\t1\nruns\tshop.q.1\taaaaaaaaaaaa-2\t1\t0\nruns\tshop.q.3\t-\t0\t1\nend\n',
    answer: {
      ...up,
      runs: [
        { name: 'shop.q.1', release: 'aaaaaaaaaaaa-2', isLive: true, isFresh: false },
        { name: 'shop.q.2', release: 'aaaaaaaaaaaa-1', isLive: false, isFresh: true },
        { name: 'shop.q.3', release: '', isLive: false, isFresh: true },
      ],
    },
  },
  {
    what: 'what drains',
    output: 'draining\tshop.q.2\ndraining\tshop.q.1\nend\n',
    answer: { ...up, draining: ['shop.q.1', 'shop.q.2'] },
  },
  {
    what: 'a configuration that cannot be read',
    output: 'fault\t1\tCANT_REREAD: Invalid user name &lt;x&gt; &amp;amp; y\nend\n',
    answer: { ...up, refusal: 'Invalid user name <x> &amp; y' },
  },
]

for (const { what, output, answer } of ANSWERS) test(`programs: ${what}`, () => assert.equal(parse(output), answer))

const REFUSED: readonly (readonly [string, string])[] = [
  ['an answer that is cut off', 'state\tRUNNING\ta\tpid 1\t1\n'],
  ['a state that is none', 'state\tDANCING\ta\t\t1\nend\n'],
  ['a line without its name', 'added\nend\n'],
  ['an empty name', 'added\t\nend\n'],
  ['a line of another sort', 'hello\tworld\nend\n'],
  ['a list that fails', 'fault\t2\tSHUTDOWN_STATE\nend\n'],
  ['a program that stands nowhere', 'runs\tshop.q.1\tsomewhere\t1\t1\nend\n'],
  ['something behind the end', 'end\nadded\tx\n'],
]

for (const [what, output] of REFUSED)
  test(`programs: ${what} is refused`, () =>
    assert.throws(
      () => parse(output),
      (error: unknown) => error instanceof BadAnswer,
    ))

// Feeds an answer of supervisord to the shell that shortens it.
function shortened(xml: string): string {
  const { stdout, status, stderr } = spawnSync('/bin/sh', [], {
    input: `${program('lib-supervisor', SUPERVISOR)}\nanswers <<'THE-END'\n${xml}\nTHE-END\n`,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  assert.is(status, 0, stderr)
  return stdout
}

const text = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const struct = (members: Record<string, string>) =>
  `<value><struct>\n${Object.entries(members)
    .map(([name, value]) => `<member>\n<name>${name}</name>\n<value><string>${text(value)}</string></value>\n</member>`)
    .join('\n')}\n</struct></value>`
const array = (values: readonly string[]) => `<value><array><data>\n${values.join('\n')}\n</data></array></value>`
const strings = (values: readonly string[]) =>
  array(values.map((value) => `<value><string>${text(value)}</string></value>`))
const whole = (answers: readonly string[]) =>
  `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n${array(answers)}\n</param>\n</params>\n</` +
  `methodResponse>`
const processOf = (name: string, group: string, statename: string, description: string) =>
  struct({ name, group, statename, spawnerr: '', description })

test('what supervisord answers becomes short lines, and these what it meant', () => {
  const printable = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .map((each) => `n${each.replace(/\s|\p{C}/gu, '')}`)
  fc.assert(
    fc.property(
      fc.uniqueArray(printable, { maxLength: 8 }),
      fc.uniqueArray(printable, { maxLength: 9 }),
      printable,
      (running, unloaded, description) => {
        const lists = [0, 1, 2].map((part) => unloaded.filter((_, index) => index % 3 === part))
        const xml = whole([
          array([array(lists.map(strings))]),
          array(running.map((name) => processOf(name, name, 'RUNNING', `${description}\n\t<`))),
        ])
        const fact = parse(shortened(xml))
        assert.equal(
          fact?.states,
          running.map((name) => ({ name, state: 'RUNNING' })).sort((a, b) => (a.name < b.name ? -1 : 1)),
        )
        assert.equal(
          new Map(fact?.unloaded.map(({ name, is }) => [name, is])),
          new Map(
            [...unloaded]
              .sort()
              .map((name) => [name, (['added', 'changed', 'removed'] as const)[unloaded.indexOf(name) % 3]]),
          ),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('a call that fails says which one it was', () => {
  const fault = (what: string) => struct({ faultCode: '10', faultString: what })
  assert.is(
    shortened(
      whole([
        '<value><boolean>1</boolean></value>',
        fault('BAD_NAME: x'),
        array([processOf('a', 'g', 'STOPPED', 'Not started')]),
        fault('y'),
      ]),
    ),
    'fault\t2\tBAD_NAME: x\nstate\tSTOPPED\tg:a\tNot started\t\nfault\t4\ty\nend\n',
  )
})

test('an answer that is cut off does not end', () => {
  const xml = whole([array([processOf('a', 'a', 'RUNNING', '')])])
  for (let length = 0; length < xml.length - 18; length += 7) assert.not.match(shortened(xml.slice(0, length)), /end\n/)
})

test('memory in MB, and what is no memory is refused', () => {
  const ask = (output: string) => memoryFact.parse(output, [{ fact: 'memory' }])
  assert.equal(ask('MemTotal:        2014304 kB\n'), [{ megabytes: 1967 }])
  for (const output of ['', 'MemTotal: much kB\n', 'MemTotal: 1 kB\nMemTotal: 2 kB\n', 'MemTotal: 1 MB\n'])
    assert.throws(
      () => ask(output),
      (error: unknown) => error instanceof BadAnswer,
    )
})

test.run()
