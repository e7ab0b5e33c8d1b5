import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'flight-log-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

// The log as it is in dist/: one file, with nothing of node_modules near it.
await build({
  entryPoints: { log: join(root, 'src/server/watch/log.ts') },
  outdir: folder,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
})

function logged(
  program: string,
  level = 'info',
): { lines: Record<string, unknown>[]; text: string; signal: string | null } {
  const { stderr, stdout, signal } = spawnSync(
    process.execPath,
    [
      '-e',
      `const { makeLog } = require(${JSON.stringify(join(folder, 'log.cjs'))}); const log = ` +
        `makeLog(${JSON.stringify(level)}); ${program}`,
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 },
  )
  assert.is(stdout, '')
  return {
    lines: stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
    text: stderr,
    signal,
  }
}

test('the bundle is one file, and lines are JSON with a time, a level and a sentence', () => {
  assert.equal(readdirSync(folder), ['log.cjs'])
  const { lines } = logged(
    "log.info({ app: 'shop', release: 7 }, 'a release begins'); log.warn({}, 'x'); log.debug({}, 'not at this level')",
  )
  assert.is(lines.length, 2)
  const { time, ...rest } = lines[0] ?? {}
  assert.equal(rest, { level: 'info', app: 'shop', release: 7, msg: 'a release begins' })
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.is(logged("log.debug({}, 'x')", 'debug').lines.length, 1)
  assert.is(logged("log.warn({}, 'x')", 'error').lines.length, 0)
})

test('secrets are not written, however deep they lie', () => {
  const secrets =
    "{ authorization: 'S3', cookie: 'S3', 'set-cookie': ['S3'], 'x-gitlab-token': 'S3', token: 'S3', secret: 'S3', " +
    "password: 'S3', url: 'https://S3' }"
  const { text, lines } = logged(
    `const s = ${secrets}; log.info(s, 'a'); log.info({ headers: s, receiver: s }, 'b'); log.info({ asked: { ` +
      `headers: s } }, 'c')`,
  )
  assert.is(lines.length, 3)
  assert.not.match(text, 'S3')
  assert.is(text.split('«secret»').length - 1, 32)
})

test('an error is told with its stack', () => {
  const { lines } = logged("log.error({ err: new TypeError('a bug') }, 'it failed')")
  const { type, message, stack } = (lines[0]?.['err'] ?? {}) as Record<string, string>
  assert.equal([type, message], ['TypeError', 'a bug'])
  assert.match(stack ?? '', 'at ')
})

test('kill -9 loses nothing that was logged', () => {
  const { lines, signal } = logged(
    "for (let n = 0; n < 5000; n++) log.info({ n, fill: 'x'.repeat(200) }, 'line'); process.kill(process.pid, " +
      "'SIGKILL')",
  )
  assert.is(signal, 'SIGKILL')
  assert.equal([lines.length, lines.at(-1)?.['n']], [5000, 4999])
})

test('a reader that goes away ends nothing', () => {
  const program =
    `const { makeLog } = require(${JSON.stringify(join(folder, 'log.cjs'))}); const log = ` +
    `makeLog('info'); let n = 0; const timer = setInterval(() => { log.info({}, 'line'); if (++n === 50) { ` +
    `clearInterval(timer); process.exitCode = 9 } }, 2)`
  const { status } = spawnSync(
    'bash',
    ['-c', '(exec 2> >(head -1 >/dev/null); sleep 0.1; exec "$0" -e "$1")', process.execPath, program],
    { cwd: folder },
  )
  assert.is(status, 9)
})

test.run()
