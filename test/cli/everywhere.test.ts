import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN, ended, environment, fleet, flight, folderWith, startFlight } from './flight-process.ts'

test('--json: exactly one document on stdout, whatever happens, and the exit code stays', async () => {
  const cases: [string[], number][] = [
    [['validate'], 0],
    [['plan'], 6],
    [['drift'], 6],
    [['status'], 6],
    [['locks'], 6],
    [['history'], 6],
    [['doctor'], 6],
    [['provision', 'staging', '--yes'], 6],
    [['provision', 'staging'], 5],
    [['app:configure', 'shop', '--yes'], 6],
    [['app:configure', 'shop'], 5],
    [['show', 'nothing.json'], 5],
    [['nothing'], 5],
    [['plan', '--nothing'], 5],
    [['completion', 'bash'], 0],
    [['init', 'new'], 0],
  ]
  const cwd = fleet()
  for (const [words, code] of cases) {
    const { exit, stdout, stderr } = await flight([...words, '--json'], { cwd })
    assert.is(exit, code, `${words.join(' ')}: ${stderr}`)
    assert.type(JSON.parse(stdout), 'object')
  }
})

test('errors in JSON hold code, place, text and way out', async () => {
  const { stdout } = await flight(['plna', '--json'], { cwd: fleet() })
  assert.equal(JSON.parse(stdout), {
    exit: 5,
    problems: [
      { code: 'FLIGHT_USAGE', where: '', what: 'there is no command "plna"', hint: 'did you mean flight plan?' },
    ],
  })
})

test('no colours in a pipe; FORCE_COLOR brings them, NO_COLOR and --no-color win', async () => {
  const cwd = fleet()
  const colored = async (words: string[], env: NodeJS.ProcessEnv): Promise<boolean> => {
    const { stdout, stderr } = await flight(words, { cwd, env })
    return (stdout + stderr).includes('\u001b[')
  }
  assert.is(await colored(['drift'], {}), false)
  assert.is(await colored(['drift'], { FORCE_COLOR: '1' }), true)
  assert.is(await colored(['drift'], { FORCE_COLOR: '1', NO_COLOR: '1' }), false)
  assert.is(await colored(['drift', '--no-color'], { FORCE_COLOR: '1' }), false)
  assert.is(await colored(['show', 'nothing', '--no-color'], { FORCE_COLOR: '1' }), false)
})

test('--log-file appends lines of JSON, readable by nobody else', async () => {
  const cwd = fleet()
  const log = join(cwd, 'flight.log')
  await flight(['plan', '--cluster', 'staging', '--log-file', 'flight.log'], { cwd })
  await flight(['locks', '--cluster', 'nothing', '--log-file', 'flight.log'], { cwd })
  assert.is(statSync(log).mode & 0o777, 0o600)
  const lines = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.ok(lines.every(({ time }) => typeof time === 'string'))
  assert.equal(
    lines
      .filter(({ event }) => event === 'begins' || event === 'ends')
      .map(({ event, command, exit }) => [event, command ?? exit]),
    [
      ['begins', 'plan'],
      ['ends', 6],
      ['begins', 'locks'],
      ['ends', 5],
    ],
  )
  assert.is(lines.filter(({ event }) => event === 'server-missing').length, 3)
})

test('a reader that leaves early is no error', () => {
  const run = (command: string): string =>
    execFileSync('bash', ['-c', `${process.execPath} ${BIN} ${command} | head -1; echo "\${PIPESTATUS[0]}"`], {
      encoding: 'utf8',
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 600_000,
    })
  assert.match(run('plan --help'), /\n0\n$/)
  assert.match(run(`drift --definitions ${fleet()}`), /\n6\n$/)
})

for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${name} stops with ${code} and says so`, async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const cwd = folderWith({
      'clusters/staging.yml':
        `php: [ 8.2 ]\nssh: { port: ${port}, connect_timeout: 60 }\nservers:\n  - { name: ` +
        `web-1, host: 127.0.0.1 }\n`,
    })
    const connected = new Promise((resolve) => silent.once('connection', resolve))
    const child = startFlight(['plan'], { cwd })
    const end = ended(child)
    await connected
    child.kill(name)
    const { exit, stderr } = await end
    silent.close()
    assert.is(exit, code, stderr)
    assert.match(stderr, /stopping after the running steps; again to leave at once/)
  })
}

test('a start needs no network, warns of nothing, and writes nothing at home', async () => {
  const home = folderWith({})
  const { exit, stdout, stderr } = await flight(['--version'], {
    cwd: home,
    env: { HOME: home, NODE_ENV: 'development' },
  })
  assert.is(exit, 0)
  assert.match(stdout, /^flight\/\d/)
  assert.is(stderr, '')
  assert.equal(execFileSync('find', [home, '-mindepth', '1'], { encoding: 'utf8' }), '')
})

test.run()
