import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BadAnswer, type FactSort } from '../../src/facts/fact.ts'
import { FACT_SORTS } from '../../src/facts/sorts.ts'
import type { FactAnswers, FactName, FactQuery } from '../../src/model/fact.ts'
import { costsAtMost } from '../support/cpu.ts'
import { someQueries } from './queries.ts'

// What servers print, sort by sort, and what is made of it; `refused` where it cannot be right.
const SHA = 'a'.repeat(64)
const OTHER = 'b'.repeat(64)
const END = '\0\x01'

type Case<N extends FactName> = {
  what: string
  query: Extract<FactQuery, { fact: N }>
  output: string
  answer?: FactAnswers[N]
  refused?: true
}
const cases = <N extends FactName>(_sort: N, list: readonly Case<N>[]) => list

const file = { fact: 'file', path: '/a', wanted: SHA } as const
const service = {
  fact: 'service',
  unit: 'x.service',
  configuration: ['/etc/x'],
  mark: { by: 'pid-file', path: '/run/x' },
} as const
const runs = 'Id=x.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\0'
const up = { exists: true, enabled: true, active: true }
const foreign = { fact: 'foreign', claim: 'fpm-pool' } as const
const user = { fact: 'user', name: 'ada' } as const
const manifest = { fact: 'manifest' } as const
const key = { fact: 'key', path: '/k' } as const
const git = { fact: 'package', name: 'git' } as const
const nothing = {
  installs: [],
  upgrades: [],
  removes: [],
  refusal: undefined,
  listsOutdated: false,
  interrupted: false,
}

const CASES = [
  ...cases('file', [
    { what: 'nothing there', query: file, output: `${END}\n${END}${END}`, answer: { type: 'absent' } },
    {
      what: 'a file',
      query: file,
      output: `f\t644\troot\tadm\t\0/a\0${END}${SHA}  /a\n${END}${END}`,
      answer: {
        type: 'file',
        mode: '644',
        owner: 'root',
        group: 'adm',
        sha256: SHA,
        content: undefined,
        recorded: undefined,
      },
    },
    {
      what: 'a file of Flight with its content',
      query: file,
      output:
        `f\t600\troot\troot\t\0/a\0${END}${OTHER}  ` +
        `/a\n${END}${OTHER}\tcluster\t/a\n${END}/a\t${Buffer.from('héllo').toString('base64')}\n`,
      answer: {
        type: 'file',
        mode: '600',
        owner: 'root',
        group: 'root',
        sha256: OTHER,
        content: 'héllo',
        recorded: { sha256: OTHER, scope: 'cluster', path: '/a' } as never,
      },
    },
    {
      what: 'a binary content',
      query: file,
      output:
        `f\t600\troot\troot\t\0/a\0${END}${OTHER}  ` +
        `/a\n${END}${END}/a\t${Buffer.from([1, 0, 2]).toString('base64')}\n`,
      answer: {
        type: 'file',
        mode: '600',
        owner: 'root',
        group: 'root',
        sha256: OTHER,
        content: undefined,
        recorded: undefined,
      },
    },
    {
      what: 'a content larger than what is shown',
      query: file,
      output:
        `f\t600\troot\troot\t\0/a\0${END}${OTHER}  ` +
        `/a\n${END}${END}/a\t${Buffer.alloc(262_145, 97).toString('base64')}\n`,
      answer: {
        type: 'file',
        mode: '600',
        owner: 'root',
        group: 'root',
        sha256: OTHER,
        content: undefined,
        recorded: undefined,
      },
    },
    {
      what: 'a directory',
      query: file,
      output: `d\t1777\troot\troot\t\0/a\0${END}\n${END}${END}`,
      answer: { type: 'directory', mode: '1777', owner: 'root', group: 'root' },
    },
    {
      what: 'a link whose target wants to be an entry',
      query: file,
      output: `l\t777\troot\troot\tx\t/etc/shadow\nf\t644\0/a\0${END}\n${END}${END}`,
      answer: { type: 'link', target: 'x\t/etc/shadow\nf\t644', owner: 'root', group: 'root' },
    },
    {
      what: 'a pipe',
      query: file,
      output: `p\t644\troot\troot\t\0/a\0${END}\n${END}${END}`,
      answer: { type: 'other' },
    },
    {
      what: 'a file without its digest',
      query: file,
      output: `f\t644\troot\troot\t\0/a\0${END}\n${END}${END}`,
      refused: true,
    },
    {
      what: 'a mode that is none',
      query: file,
      output: `f\trw-r\troot\troot\t\0/a\0${END}${SHA}  /a\n${END}${END}`,
      refused: true,
    },
    {
      what: 'a digest that is none',
      query: file,
      output: `f\t644\troot\troot\t\0/a\0${END}abc  /a\n${END}${END}`,
      refused: true,
    },
    {
      what: 'a manifest that somebody forged',
      query: file,
      output: `${END}\n${END}abc\tcluster\t/a\n${END}`,
      refused: true,
    },
  ]),
  ...cases('manifest', [
    { what: 'no manifest', query: manifest, output: '', answer: [] },
    {
      what: 'the last line of a path counts, sorted by path',
      query: manifest,
      output: `${SHA}\tcluster\t/b\n${SHA}\tcluster\t/a\n${OTHER}\tretired\t/b\n`,
      answer: [
        { sha256: SHA, scope: 'cluster', path: '/a' },
        { sha256: OTHER, scope: 'retired', path: '/b' },
      ],
    },
    {
      what: 'a line that a power cut left half written',
      query: manifest,
      output: `${SHA}\tcluster\t/b\n${SHA}\tclus`,
      answer: [{ sha256: SHA, scope: 'cluster', path: '/b' }],
    },
    { what: 'a line of another form', query: manifest, output: `${SHA}\tcluster\trelative\n`, refused: true },
  ]),
  ...cases('foreign', [
    {
      what: 'lines of others, not ours, in one order',
      query: foreign,
      output: '/ours\n\0/b:2:[x]\n/ours:1:[flight]\n/b:1:  [y] \n/a:10:[z]\n\0',
      answer: [
        { file: '/a', line: 10, text: '[z]' },
        { file: '/b', line: 1, text: '[y]' },
        { file: '/b', line: 2, text: '[x]' },
      ],
    },
    {
      what: 'a file name with colons',
      query: foreign,
      output: '\0/etc/nginx/conf.d/a:b.conf:3:listen 80\n\0',
      answer: [{ file: '/etc/nginx/conf.d/a:b.conf', line: 3, text: 'listen 80' }],
    },
    {
      what: 'the whole server_name statement of others',
      query: { fact: 'foreign', claim: 'nginx-server-name' },
      output:
        '/etc/nginx/sites-enabled/flight-shop.conf\n\0/etc/nginx/sites-enabled/old:6:server_name a.example.com ' +
        '"b.example.com" ~^(?<u>.+):1:\\.com$\n/etc/nginx/sites-enabled/flight-shop.conf:9:server_name ' +
        'shop.example.com\n\0',
      answer: [
        {
          file: '/etc/nginx/sites-enabled/old',
          line: 6,
          text: 'server_name a.example.com "b.example.com" ~^(?<u>.+):1:\\.com$',
        },
      ],
    },
    { what: 'none', query: foreign, output: '\0\0', answer: [] },
    { what: 'a line that is none', query: foreign, output: '\0grep: out of memory\n\0', refused: true },
  ]),
  ...cases('user', [
    {
      what: 'a user',
      query: user,
      output: 'ada:x:1000:1001:Ada,,,:/home/ada:/bin/bash\n',
      answer: { uid: 1000, gid: 1001, home: '/home/ada', shell: '/bin/bash' },
    },
    { what: 'nobody', query: user, output: '', answer: undefined },
    { what: 'another user', query: user, output: 'bob:x:1:1::/:/bin/sh\n', answer: undefined },
    { what: 'a line that is none', query: user, output: 'ada\n', refused: true },
    { what: 'a number that is none', query: user, output: 'ada:x:-1:0x0::/:/bin/sh\n', refused: true },
  ]),
  ...cases('service', [
    {
      what: 'runs what it loaded',
      query: service,
      output: `${runs}100.5 100.5\n99.1\t/etc/x/y\n\n\n\0`,
      answer: { ...up, unloaded: undefined },
    },
    {
      what: 'has something to load',
      query: service,
      output: `${runs}100.5 100.5\n100.6\t/etc/x/y\n\n\n\0`,
      answer: { ...up, unloaded: { path: '/etc/x/y' } },
    },
    {
      what: 'has the very content loaded',
      query: service,
      output: `${runs}100.5 id\n100.6\t/etc/x/y\nid ${SHA}\n${SHA}\n\0`,
      answer: { ...up, unloaded: undefined },
    },
    {
      what: 'has another content than was loaded',
      query: service,
      output: `${runs}100.5 id\n100.6\t/etc/x/y\nid ${SHA}\n${OTHER}\n\0`,
      answer: { ...up, unloaded: { path: '/etc/x/y' } },
    },
    {
      what: 'was loaded by another load since',
      query: service,
      output: `${runs}100.5 id2\n100.6\t/etc/x/y\nid1 ${SHA}\n${SHA}\n\0`,
      answer: { ...up, unloaded: { path: '/etc/x/y' } },
    },
    {
      what: 'does not run',
      query: service,
      output: 'Id=x.service\nLoadState=loaded\nActiveState=failed\nUnitFileState=disabled\n\0\n\n\n\n\0',
      answer: { exists: true, enabled: false, active: false, unloaded: undefined },
    },
    {
      what: 'is not there',
      query: service,
      output: 'Id=x.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n\0\n\n\n\n\0',
      answer: { exists: false, enabled: false, active: false, unloaded: undefined },
    },
    {
      what: 'is reloading',
      query: service,
      output: `Id=x.service\nLoadState=loaded\nActiveState=reloading\nUnitFileState=static\n\0\n\n\n\n\0`,
      answer: { ...up, unloaded: undefined },
    },
    { what: 'another unit', query: service, output: 'Id=y.service\nLoadState=loaded\n\0', refused: true },
    {
      what: 'a moment that is none',
      query: service,
      output: `${runs}yesterday id\n100.6\t/etc/x/y\n\n\n\0`,
      refused: true,
    },
  ]),
  ...cases('key', [
    { what: 'no file', query: key, output: '', answer: undefined },
    {
      what: 'no key',
      query: key,
      output: `/k\t${Buffer.from('hello').toString('base64')}\n`,
      answer: { fingerprints: [] },
    },
    { what: 'a line that is none', query: key, output: '/k\n', refused: true },
  ]),
  ...cases('package', [
    {
      what: 'installed',
      query: git,
      output: 'git\t2.39\n\0\0\0\0\x000',
      answer: { installed: '2.39', candidate: undefined, transaction: nothing },
    },
    {
      what: 'missing, and what installing it would do',
      query: git,
      output:
        '\0\0\0git\t2.40\n\n\0Inst git (2.40 Debian:12 [amd64])\nInst libx [1.0] (1.1 Debian:12 [amd64]) []\nInst ' +
        'aa (1 x [all])\nRemv old [0.9]\nConf git (2.40)\n\x000',
      answer: {
        installed: undefined,
        candidate: '2.40',
        transaction: {
          ...nothing,
          installs: [
            { name: 'aa', version: '1' },
            { name: 'git', version: '2.40' },
          ],
          upgrades: [{ name: 'libx', from: '1.0', to: '1.1' }],
          removes: [{ name: 'old', version: '0.9' }],
        },
      },
    },
    {
      what: 'refused by apt, in its own words',
      query: git,
      output:
        '\0\0\0git\t2.40\n\n\0Reading...\n git : Depends: liby but it is not installable\nE: Unable to correct ' +
        'problems\n\x00100',
      answer: {
        installed: undefined,
        candidate: '2.40',
        transaction: {
          ...nothing,
          refusal: 'git : Depends: liby but it is not installable E: Unable to correct problems',
        },
      },
    },
    {
      what: 'lists that are old, a dpkg that was interrupted',
      query: git,
      output: '\0iF \thalf\n\0newer\n\0\0\x000',
      answer: {
        installed: undefined,
        candidate: undefined,
        transaction: { ...nothing, listsOutdated: true, interrupted: true },
      },
    },
    { what: 'cut off', query: git, output: 'git\t2.39\n\0\0', refused: true },
  ]),
]

for (const { what, query, output, answer, refused } of CASES as readonly (Case<FactName> & { query: FactQuery })[]) {
  test(`${query.fact}: ${what}${refused === true ? ' is refused' : ''}`, () => {
    const sort = FACT_SORTS[query.fact] as FactSort<FactName>
    if (refused === true)
      return assert.throws(
        () => sort.parse(output, [query]),
        (error: unknown) => error instanceof BadAnswer,
      )
    assert.equal(sort.parse(output, [query]), [answer])
  })
}

// Pieces that answers are made of, so that chance comes close to a right one.
const pieces = fc.oneof(
  fc.constantFrom(
    '\0',
    '\x01',
    '\n',
    '\t',
    '\n\n',
    ':',
    '=',
    ' ',
    'f',
    'l',
    'd',
    '644',
    'root',
    '/a',
    '/a-2',
    '/etc/x:3:text',
    SHA,
    `${SHA}  /a`,
    'Id=/a0.service',
    'LoadState=loaded',
    'ActiveState=active',
    '1.5',
    '/a:x:1:1::/:/bin/sh',
    'Inst a (1 x)',
    'Remv a',
    'E:',
    'mQGNBGPL',
    '__proto__',
    'constructor',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const answers = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''))

test('whatever a server prints, a parser answers or throws BadAnswer, never anything else', () => {
  fc.assert(
    fc.property(answers, fc.constantFrom(...(Object.keys(FACT_SORTS) as FactName[])), (output, name) => {
      const queries = someQueries('/a').filter((query) => query.fact === name)
      const sort = FACT_SORTS[name] as FactSort<FactName>
      try {
        assert.is(sort.parse(output, queries).length, queries.length)
      } catch (error) {
        if (!(error instanceof BadAnswer)) throw error
        assert.ok(error.message.length <= 300)
      }
    }),
    { numRuns: 3000 },
  )
})

test('a huge answer is parsed or refused in less than a second', async () => {
  const huge = ['\0', '\n', '\t', ':', 'a', '/a:1:x\n', `${SHA}  /a\n`, 'f\t644\troot\troot\t\0/a\0'].map((part) =>
    part.repeat(1_000_000 / part.length),
  )
  for (const name of Object.keys(FACT_SORTS) as FactName[]) {
    const queries = someQueries('/a').filter((query) => query.fact === name)
    for (const output of huge) {
      await costsAtMost(
        1000,
        () => {
          try {
            ;(FACT_SORTS[name] as FactSort<FactName>).parse(output, queries)
          } catch (error) {
            if (!(error instanceof BadAnswer)) throw error
            assert.ok(error.message.length <= 300, `${name}: a message of ${error.message.length} characters`)
          }
        },
        name,
      )
    }
  }
})

test.run()
