import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compareEnvironments } from '../../src/environment/compare.ts'
import { compareServers } from '../../src/environment/compare-servers.ts'
import { parseEnvironment } from '../../src/environment/parse.ts'
import { comparisonText, serversText } from '../../src/views/environment-text.ts'

const file = (text: string) => parseEnvironment(Buffer.from(text))
const PLAIN = { color: false }

test('keys that are new, gone and changed have signs of their own, and no value is shown', () => {
  const text = comparisonText(
    '.env.shop against web-1',
    compareEnvironments(file('A=secret-1\nB=secret-2\n'), file('B=secret-3\nC=secret-4\n')),
    PLAIN,
  )
  assert.is(text, '.env.shop against web-1: 3 keys differ\n  + C\n  - A\n  ~ B')
})

test('of many keys the first are shown, and how many more there are', () => {
  const many = (count: number) =>
    compareEnvironments(
      file(''),
      file(Array.from({ length: count }, (_, index) => `KEY_${100 + index}=secret`).join('\n')),
    )
  const lines = comparisonText('.env.shop against web-1', many(63), { ...PLAIN, keys: 60 }).split('\n')
  assert.equal(
    [lines.length, lines[0], lines[1], lines.at(-2), lines.at(-1)],
    [62, '.env.shop against web-1: 63 keys differ', '  + KEY_100', '  + KEY_159', '  and 3 more'],
  )
  assert.is(
    comparisonText('it', many(60), { ...PLAIN, keys: 60 })
      .split('\n')
      .at(-1),
    '  + KEY_159',
  )
  assert.is(comparisonText('it', many(63), PLAIN).split('\n').length, 64)
})

test('files that say the same in other words are told from files that are the same', () => {
  assert.is(
    comparisonText('it', compareEnvironments(file('A=1\n'), file('# one\nA="1"\n')), PLAIN),
    'it: the same keys and values; comments, order or quotes differ',
  )
  assert.is(comparisonText('it', compareEnvironments(file('A=1\n'), file('A=1\n')), PLAIN), 'it: the same')
})

test('servers that differ are told by key, with who agrees with whom', () => {
  const servers = compareServers(
    new Map([
      ['web-1', file('A=x\nB=1\n')],
      ['web-2', file('A=y\nB=1\n')],
      ['web-3', file('A=x\n')],
    ]),
  )
  assert.is(
    serversText('shop', servers, PLAIN),
    'shop: its servers differ on 2 keys\n  ! A: one value on web-1, web-3; one value on web-2\n  ! B: one value on ' +
      'web-1, web-2; not set on web-3',
  )
})

test('servers that agree are told so, and none at all as well', () => {
  assert.is(
    serversText(
      'shop',
      compareServers(
        new Map([
          ['web-1', file('A=1')],
          ['web-2', file('A=1')],
        ]),
      ),
      PLAIN,
    ),
    'shop: the same file on web-1, web-2',
  )
  assert.is(serversText('shop', compareServers(new Map()), PLAIN), 'shop: no server has an environment file')
})

test.run()
