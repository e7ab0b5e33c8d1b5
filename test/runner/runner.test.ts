import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environment, folderWith } from '../cli/flight-process.ts'
import { labUnavailable } from '../lab/available.ts'
import { counted } from './count.ts'
import { type Durations, longestFirst, root, shardOf, testFiles } from './files.ts'
import { runInSlots, slotsFor } from './pool.ts'

function start(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const args = ['--import', 'tsx', 'test/run.ts', '--folder', 'test/fixtures/runner', ...words]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: environment(env) })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'close').then(([exit]) => ({ exit: exit as number | null, said, last: lastLine(said) }))
  return { child, ended }
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

test('the last line counts, and a stack names the line of the source', async () => {
  const { exit, said, last } = await start(['passes', 'throws']).ended
  assert.is(exit, 1)
  assert.is(last, '1 passed, 1 failed')
  assert.match(said, /ok {3}test\/fixtures\/runner\/passes\.test\.ts \(1 passed, [\d.]+ s, [\d.]+ s CPU\)/)
  assert.match(said, 'test/fixtures/runner/throws.test.ts:4:9')
})

test('the last line is there when a run is asked to end, and what did not end has failed', async () => {
  const { child, ended } = start(['passes', 'hangs'])
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text: string) => text.includes('passes.test.ts') && resolve())
  })
  child.kill('SIGTERM')
  const { exit, last } = await ended
  assert.is(exit, 143)
  assert.is(last, '1 passed, 1 failed')
})

test('the last line is there when the runner crashes, and what did not run has failed', async () => {
  const { exit, last } = await start(['passes', 'throws'], { PATH: '/nowhere' }).ended
  assert.is(exit, 1)
  assert.is(last, '0 passed, 2 failed')
})

const onDebian = labUnavailable() === undefined ? test : test.skip

onDebian('the last line is there when a package that is needed cannot be installed', async () => {
  const folder = folderWith({
    'apt-get': '#!/bin/sh\necho no such package >&2\nexit 100\n',
    'dpkg-query': '#!/bin/sh\n',
  })
  for (const name of ['apt-get', 'dpkg-query']) chmodSync(join(folder, name), 0o755)
  const { exit, said, last } = await start(['passes', 'throws'], { PATH: `${folder}:${process.env['PATH']}` }).ended
  assert.is(exit, 1)
  assert.match(said, 'no such package')
  assert.is(last, '0 passed, 2 failed')
})

test('the last line is there when the runner does not understand what it is asked, or finds no file', async () => {
  for (const words of [['--shard', '3/2'], ['--unknown'], ['no such file']]) {
    const { exit, last } = await start(words).ended
    assert.is(exit, 1)
    assert.is(last, '0 passed, 1 failed')
  }
})

test('in CI the last line counts too, after what npm says of a failure', () => {
  for (const [npm, exit, last] of [
    ['echo "3 passed, 0 failed"', 0, '3 passed, 0 failed'],
    ['echo "2 passed, 1 failed"; echo "npm error code 1" >&2; exit 1', 1, '2 passed, 1 failed'],
    ['echo "npm error ENOTFOUND" >&2; exit 7', 7, '0 passed, 1 failed'],
  ] as const) {
    const folder = folderWith({ npm: `#!/bin/sh\n[ "$*" = cit ] || exit 99\n${npm}\n` })
    chmodSync(join(folder, 'npm'), 0o755)
    const run = spawnSync(join(root, '.ci/run'), {
      env: environment({ PATH: `${folder}:${process.env['PATH']}` }),
      encoding: 'utf8',
    })
    assert.is(run.status, exit)
    assert.is(lastLine(run.stdout), last)
  }
})

test('every file is in exactly one shard, whatever their number', () => {
  const files = testFiles()
  for (const count of [1, 2, 3, 7, files.length + 1]) {
    const shards = Array.from({ length: count }, (_, n) => shardOf(files, n + 1, count, DURATIONS))
    assert.equal(shards.flat().sort(), files)
  }
})

test('shards take about the same time', () => {
  const files = Object.keys(DURATIONS)
  const sums = [1, 2].map((n) => shardOf(files, n, 2, DURATIONS).reduce((sum, file) => sum + (DURATIONS[file] ?? 0), 0))
  assert.equal(sums, [60, 60])
})

test('the longest run first', () => {
  assert.equal(longestFirst(['d', 'c', 'b', 'a'], { b: 300, c: 20, d: 5 }), ['b', 'c', 'a', 'd'])
})

test('a slot takes files of its kind first, then the others; each runs once, in a lab of its own', async () => {
  const files = ['test/e2e/1', 'test/e2e/2', 'test/e2e/3', 'test/a/1', 'test/a/2']
  const busy = new Set<number>()
  const ran: string[] = []
  await runInSlots(files, slotsFor(2, 90), async (file, lab) => {
    assert.not.ok(busy.has(lab))
    busy.add(lab)
    ran.push(file)
    await Promise.resolve()
    busy.delete(lab)
  })
  assert.equal([...ran].sort(), [...files].sort())
  assert.is(ran.indexOf('test/a/1'), 2)
})

test('a file that ran nothing, or crashed after its last test, has failed', () => {
  const ran = (total: number, passed: number) => `  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   0\n`
  assert.equal(counted('', 0), { passed: 0, failed: 1, skipped: 0 })
  assert.equal(counted(ran(3, 2), 1), { passed: 2, failed: 1, skipped: 0 })
  assert.equal(counted(ran(3, 3), 1), { passed: 3, failed: 1, skipped: 0 })
  assert.equal(counted(ran(3, 3), 0), { passed: 3, failed: 0, skipped: 0 })
})

const DURATIONS: Durations = { one: 60, two: 30, three: 20, four: 10 }

test.run()
