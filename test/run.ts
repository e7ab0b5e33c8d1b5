import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { labUnavailable } from './lab/available.ts'
import { installPackages } from './lab/packages.ts'
import { counted, type Count } from './support/count.ts'

// Runs every test file in a process of its own, so that one that hangs, leaks or crashes is named and ends nothing
// else. Arguments choose files by a part of their path. The last line is `N passed, N failed`.

const root = fileURLToPath(new URL('..', import.meta.url))
const MINUTES = 60_000
const LAB = 'test/lab/'
const REAL = 'test/e2e/'

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory()
        ? testFiles(join(folder, entry.name))
        : entry.name.endsWith('.test.ts')
          ? [relative(root, join(folder, entry.name))]
          : [],
    )
    .sort()
}

// One file: killed with its whole process group when it takes too long; no test run is a failure.
function runFile(file: string, lab: number): Promise<Count> {
  const limit = [LAB, REAL].some((folder) => file.startsWith(folder)) ? 20 * MINUTES : 4 * MINUTES
  return new Promise((resolve) => {
    const began = Date.now()
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0', FLIGHT_LAB_ID: String(lab) },
    })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
    const timer = setTimeout(() => {
      output.push(Buffer.from(`\nended after ${limit / MINUTES} minutes\n`))
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
      setTimeout(
        () => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGKILL'),
        20_000,
      ).unref()
    }, limit)
    child.on('close', (code) => {
      clearTimeout(timer)
      const text = Buffer.concat(output).toString('utf8')
      const count = counted(text, code)
      const seconds = ((Date.now() - began) / 1000).toFixed(1)
      process.stdout.write(
        `${count.failed === 0 ? 'ok  ' : 'FAIL'} ${file} (${count.passed} ` +
          `passed${count.failed > 0 ? `, ${count.failed} failed` : ''}${
            count.skipped > 0 ? `, ${count.skipped} skipped` : ''
          }, ${seconds} s)\n`,
      )
      if (count.failed > 0) process.stdout.write(`${text.trimEnd().replace(/^/gm, '    ')}\n`)
      resolve(count)
    })
  })
}

// As many files at once as there are labs.
async function runAll(files: readonly string[], labs: readonly number[]): Promise<Count[]> {
  const waiting = [...files]
  const counts: Count[] = []
  const worker = async (lab: number) => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) counts.push(await runFile(file, lab))
  }
  await Promise.all(labs.map(worker))
  return counts
}

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

const unavailable = labUnavailable()
if (unavailable === undefined) await installPackages('tests', NEEDED, (line) => process.stdout.write(`${line}\n`))
else process.stdout.write(`${unavailable}; what needs it is skipped\n`)

const chosen = process.argv.slice(2)
const files = testFiles(join(root, 'test')).filter(
  (file) => chosen.length === 0 || chosen.some((part) => file.includes(part)),
)
// Real servers of two labs side by side: much of their time is waiting.
const lab = Number(process.env['FLIGHT_LAB_ID'] ?? 0)
const labs = [lab, (lab + 20) % 100]
const within = (folder: string) => files.filter((file) => file.startsWith(folder))
const quick = files.filter((file) => !file.startsWith(LAB) && !file.startsWith(REAL))
const counts = [
  ...(await runAll(quick, labs)),
  ...(await runAll(within(LAB), [lab])),
  ...(await runAll(within(REAL), labs)),
]
const sum = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0)
const skipped = sum('skipped')
// In CI a test that did not run has failed.
const inCi = process.env['CI'] !== undefined && process.env['CI'] !== ''
const failed = sum('failed') + (inCi ? skipped : 0) + (files.length === 0 ? 1 : 0)
if (skipped > 0) process.stdout.write(`${skipped} tests were skipped${inCi ? ': in CI that is a failure' : ''}\n`)
process.exitCode = failed === 0 ? 0 : 1
process.stdout.write(`${sum('passed')} passed, ${failed} failed\n`)
