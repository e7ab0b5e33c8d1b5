import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compareServers } from '../../src/environment/compare-servers.ts'
import { compareEnvironments } from '../../src/environment/compare.ts'
import { environment, line } from './environments.ts'

const NOTHING = { added: [], removed: [], changed: [] }
const CASES: readonly [string, string, string, object][] = [
  ['nothing for the same bytes', 'A=1\n', 'A=1\n', { ...NOTHING, identical: true }],
  [
    'keys added, removed and changed, sorted',
    'C=1\nB=1\nA=1\nZ=1\nY=1',
    'Z=2\nE=1\nD=1\nY=2\nA=1',
    { added: ['D', 'E'], removed: ['B', 'C'], changed: ['Y', 'Z'], identical: false },
  ],
  [
    'no key for comments, order, quotes, line ends',
    'A=1\nB=2\n',
    '# new\nB="2"\r\nA=\'1\'',
    { ...NOTHING, identical: false },
  ],
  ['no key for one that is only written again', 'A=1\n', 'A=0\nA=1\n', { ...NOTHING, identical: false }],
  [
    'a key for one whose last value is another',
    'A=1\n',
    'A=1\nA=0\n',
    { ...NOTHING, changed: ['A'], identical: false },
  ],
  [
    'a key whose reference is no longer replaced',
    'A="${B}"\n',
    "A='${B}'\n",
    { ...NOTHING, changed: ['A'], identical: false },
  ],
  ['a key that became empty as changed', 'A=1\n', 'A=\n', { ...NOTHING, changed: ['A'], identical: false }],
  ['every key of the first file', '', 'B=\nA=1', { ...NOTHING, added: ['A', 'B'], identical: false }],
]

for (const [title, before, after, expected] of CASES) {
  test(`comparing names ${title}`, () =>
    assert.equal(compareEnvironments(environment(before), environment(after)), expected))
}

const files = fc
  .array(fc.tuple(fc.constantFrom('A', 'B', 'C', '__proto__'), fc.constantFrom('', '1', '2', '$(reboot)')), {
    maxLength: 6,
  })
  .map((all) => environment(all.map(([key, value]) => line(key, value)).join('')))

test('the way back adds what the way there removes, and changes the same', () => {
  fc.assert(
    fc.property(files, files, (a, b) => {
      const there = compareEnvironments(a, b)
      const back = compareEnvironments(b, a)
      assert.equal(back, {
        added: there.removed,
        removed: there.added,
        changed: there.changed,
        identical: there.identical,
      })
      assert.equal(compareEnvironments(a, a), { ...NOTHING, identical: true })
    }),
  )
})

test('servers that differ are named by key, with who agrees with whom', () => {
  const servers = new Map([
    ['web-2', environment('A=1\nB=2\nC=3\n')],
    ['web-1', environment('A=1\nB=1\nC=3\n')],
    ['job-1', environment('B=1\nA=1\n')],
  ])
  assert.equal(compareServers(servers), {
    keys: [
      {
        key: 'B',
        groups: [
          { set: true, servers: ['job-1', 'web-1'] },
          { set: true, servers: ['web-2'] },
        ],
      },
      {
        key: 'C',
        groups: [
          { set: false, servers: ['job-1'] },
          { set: true, servers: ['web-1', 'web-2'] },
        ],
      },
    ],
    files: [['job-1'], ['web-1'], ['web-2']],
  })
})

test('servers with the same values and other bytes differ on no key', () => {
  const servers = new Map([
    ['a', environment('A=1')],
    ['b', environment('A=1\n')],
    ['c', environment('A=1')],
  ])
  assert.equal(compareServers(servers), { keys: [], files: [['a', 'c'], ['b']] })
})

test('two servers differ on the keys that a comparison of their files names', () => {
  fc.assert(
    fc.property(files, files, (a, b) => {
      const { added, removed, changed, identical } = compareEnvironments(a, b)
      const { keys, files } = compareServers(
        new Map([
          ['a', a],
          ['b', b],
        ]),
      )
      assert.equal(
        keys.map(({ key }) => key),
        [...added, ...removed, ...changed].sort(),
      )
      assert.is(files.length === 1, identical)
    }),
  )
})

test.run()
