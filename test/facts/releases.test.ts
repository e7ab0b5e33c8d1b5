import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { releasesFact } from '../../src/facts/releases.ts'
import { RELEASES } from '../../src/model/record.ts'
import { temporary } from '../artifacts/repository.ts'

const NAME = 'aaaaaaaaaaaa-1'
const NOTE = {
  commit: 'a'.repeat(40),
  tree: 'b'.repeat(40),
  subject: 'it\'s "$(odd)"\t\\ ünd \u2028 so',
  ref: 'refs/heads/main',
  artifact: 'c'.repeat(64),
  composerLock: '',
  who: 'ada',
  when: '2026-01-02T03:04:05.000Z',
}

// What the question answers of an app `shop` with these files of
// its record and in its folder, both in a place of their own.
function asked(files: Readonly<Record<string, string>>, current?: string) {
  const place = temporary('flight-releases-')
  const [records, base] = [join(place, 'records'), join(place, 'home/shop/shop')]
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(records, 'shop', path)), { recursive: true })
    writeFileSync(join(records, 'shop', path), content)
  }
  mkdirSync(join(base, 'releases', NAME), { recursive: true })
  if (current !== undefined) symlinkSync(current, join(base, 'current'))
  const script = releasesFact
    .shell([{ fact: 'releases', app: 'shop' }])
    .replaceAll(RELEASES, records)
    .replaceAll('/home/$1/$1', `'${base}'`)
  const { stdout, stderr, status } = spawnSync('/bin/sh', {
    input: script,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  assert.equal([status, stderr], [0, ''])
  return releasesFact.parse(stdout, [{ fact: 'releases', app: 'shop' }])[0]
}

test('all that is noted of a release is read, whatever its texts hold', () => {
  const record = {
    unpacked: `${JSON.stringify(NOTE)}\n`,
    lives: '1700000000.5\n1700000100.25\n',
    confirmed: '',
    settled: '',
    good: '1700000200\n',
    kept: 'bbbbbbbbbbbb-1 in use by process 7 (a\tb \\c)\n',
    before: 'bbbbbbbbbbbb-1\n',
  }
  const commands = {
    'deploy-1-00000000/command': 'artisan migrate --force\n',
    'deploy-1-00000000/rc': '0  \n',
    'release-1-11111111/command': 'one\n\n\ttwo\n',
    'release-1-11111111/rc': '12 \n',
    'release-2-22222222/command': 'a\tb',
    'release-2-22222222/rc': '0\n',
    'release-3-33333333/rc': '0\n',
  }
  const files = {
    ...Object.fromEntries(Object.entries(record).map(([path, content]) => [`${NAME}/${path}`, content])),
    ...Object.fromEntries(Object.entries(commands).map(([path, content]) => [`${NAME}/commands/${path}`, content])),
    past: 'bbbbbbbbbbbb-1\n',
  }
  assert.equal(asked(files, `releases/${NAME}`), {
    current: { is: 'release', name: NAME },
    releases: [
      {
        name: NAME,
        note: NOTE,
        present: true,
        pruned: false,
        live: 1700000100.25,
        turns: 2,
        before: 'bbbbbbbbbbbb-1',
        confirmed: true,
        settled: true,
        good: 1700000200,
        failed: undefined,
        kept: 'bbbbbbbbbbbb-1 in use by process 7 (a b \\c)',
        commands: [
          { key: 'deploy-1-00000000', command: 'artisan migrate --force', state: { is: 'ended', code: 0 } },
          { key: 'release-1-11111111', command: 'one\n\n\ttwo', state: { is: 'ended', code: 12 } },
          { key: 'release-2-22222222', command: 'a\tb', state: { is: 'ended', code: 0 } },
          { key: 'release-3-33333333', command: '', state: { is: 'ended', code: 0 } },
        ],
      },
      {
        name: 'bbbbbbbbbbbb-1',
        note: undefined,
        present: false,
        pruned: true,
        live: undefined,
        turns: 0,
        before: undefined,
        confirmed: false,
        settled: false,
        good: undefined,
        failed: undefined,
        kept: undefined,
        commands: [],
      },
    ],
  })
})

test('a release that was begun has no note, and one that somebody damaged is said so', () => {
  assert.equal(
    asked({ [`${NAME}/armed`]: '' })?.releases.map(({ name, note, turns }) => [name, note, turns]),
    [[NAME, undefined, 0]],
  )
  assert.throws(() => asked({ [`${NAME}/unpacked`]: '{"commit":\n"x"}\n' }), /releases of shop/)
})

test('an app without a release answers that it has none', () => {
  assert.equal(asked({}), { current: { is: 'absent' }, releases: [] })
})

test.run()
