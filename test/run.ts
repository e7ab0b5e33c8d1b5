import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { ONLY_IN_DRILLS } from '../drills/full-size.ts'
import { labUnavailable } from './lab/available.ts'
import { installPackages } from './lab/packages.ts'
import { bundle, uncompiled, type Bundle } from './runner/bundle.ts'
import { durationsTable, longestFirst, recordedDurations, shardOf, testFiles } from './runner/files.ts'
import { runInSlots, slotsFor } from './runner/pool.ts'
import { runFile, type Ended, type Running } from './runner/run-file.ts'

// Runs every test file in a process of its own, so that one that hangs, leaks or crashes is named and ends nothing
// else. The last line is `N passed, N failed`, however the run ends.
//
//   npm test -- engine kinds      only files with a folder or name that begins with one of the words
//   npm test -- --shard 2/3       the second third of them, of about equal time
//   npm test -- --record          notes how long each file took, for the order and the shards of later runs

// What the tests themselves use beside the lab: a real sshd and agent, the shells that are completed, git, age.
const NEEDED = [
  'age',
  'bsdutils',
  'chromium',
  'fish',
  'git',
  'gnupg',
  'openssh-client',
  'openssh-server',
  'shellcheck',
  'wrk',
  'zsh',
]

const say = (line: string) => process.stdout.write(`${line}\n`)
// In CI a test that did not run has failed.
const inCi = process.env['CI'] !== undefined && process.env['CI'] !== ''
const waiting = new Set<string>()
const running = new Map<string, Running>()
const results: Ended[] = []

function finish(exit?: number): never {
  const sum = (key: 'passed' | 'failed' | 'skipped') => results.reduce((total, { count }) => total + count[key], 0)
  const skipped = sum('skipped')
  if (skipped > 0) say(`${skipped} tests were skipped${inCi ? ': in CI that is a failure' : ''}`)
  const unfinished = [...running.keys(), ...waiting].sort()
  if (unfinished.length > 0) say(`did not run to the end: ${unfinished.join(' ')}`)
  const cpu = results.reduce((total, each) => total + each.cpu, 0)
  if (results.length > 0) say(`${results.length} files, ${cpu.toFixed(0)} s CPU, ${process.uptime().toFixed(0)} s`)
  const nothing = results.length === 0 && unfinished.length === 0
  const failed = sum('failed') + (inCi ? skipped : 0) + unfinished.length + (nothing ? 1 : 0)
  say(`${sum('passed')} passed, ${failed} failed`)
  process.exit(failed === 0 ? (exit ?? 0) : (exit ?? 1))
}

for (const [signal, exit] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => {
    for (const each of running.values()) each.end()
    // Real hosts are ended by the processes that have them; what does not end in time is left to the next start.
    const ended = Promise.allSettled([...running.values()].map((each) => each.ended))
    void Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 15_000))]).then(() => finish(exit))
  })
}

function report({ file, count, seconds, cpu, said }: Ended): void {
  const counts = [
    `${count.passed} passed`,
    ...(count.failed > 0 ? [`${count.failed} failed`] : []),
    ...(count.skipped > 0 ? [`${count.skipped} skipped`] : []),
  ]
  const took = `${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s CPU`
  say(`${count.failed === 0 ? 'ok  ' : 'FAIL'} ${file} (${[...counts, took].join(', ')})`)
  for (const [note] of said.matchAll(/^note: .*$/gm)) say(`    ${note}`)
  if (count.failed > 0) say(said.trimEnd().replace(/^/gm, '    '))
}

async function compiled(files: readonly string[]): Promise<Bundle> {
  try {
    return await bundle(files)
  } catch (error) {
    say(`the tests do not compile together: ${error instanceof Error ? error.message : String(error)}`)
    return uncompiled
  }
}

type Wishes = { words: string[]; folder: string; shard: [number, number]; record: boolean }

function wishes(): Wishes {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { shard: { type: 'string' }, record: { type: 'boolean' }, folder: { type: 'string' } },
  })
  const shard = values.shard === undefined ? ['', '1', '1'] : /^(\d+)\/(\d+)$/.exec(values.shard)
  const [index, count] = [Number(shard?.[1]), Number(shard?.[2])]
  if (!(index >= 1 && index <= count)) throw new Error(`--shard takes i/n, such as 1/3, and not ${values.shard}`)
  return {
    words: positionals,
    folder: values.folder ?? 'test',
    shard: [index, count],
    record: values.record === true,
  }
}

async function main(): Promise<void> {
  const { words, folder, shard, record } = wishes()
  const durations = recordedDurations()
  const chosen = testFiles(folder).filter((file) =>
    words.length === 0 ? !ONLY_IN_DRILLS.includes(file) : words.some((word) => file.includes(`/${word}`)),
  )
  const files = longestFirst(shardOf(chosen, ...shard, durations), durations)
  for (const file of files) waiting.add(file)

  const unavailable = labUnavailable()
  if (unavailable === undefined) await installPackages('tests', NEEDED, say)
  else say(`${unavailable}; what needs it is skipped`)

  const { program, remove } = await compiled(files)
  process.once('exit', remove)
  const slots = slotsFor(availableParallelism(), Number(process.env['FLIGHT_LAB_ID'] ?? 0))
  await runInSlots(files, slots, async (file, lab) => {
    const run = runFile(file, program(file), lab)
    waiting.delete(file)
    running.set(file, run)
    const ended = await run.ended
    running.delete(file)
    results.push(ended)
    report(ended)
  })
  if (record) {
    const all = { ...durations, ...Object.fromEntries(results.map(({ file, seconds }) => [file, Math.ceil(seconds)])) }
    const there = Object.entries(all).filter(([file]) => testFiles().includes(file))
    const sorted = there.sort(([a], [b]) => (a < b ? -1 : 1))
    writeFileSync(durationsTable, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
  }
}

process.on('uncaughtException', (error) => {
  say(error.stack ?? error.message)
  finish(1)
})
await main()
finish()
