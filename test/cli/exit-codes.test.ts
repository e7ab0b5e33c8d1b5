import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fleet, flight, folderWith } from './flight-process.ts'

// A plan file as flight writes it, of servers that could not be asked.
async function planned(): Promise<{ folder: string; text: string }> {
  const folder = fleet()
  await flight(['plan'], { cwd: folder })
  return { folder, text: readFileSync(join(folder, 'plan.json'), 'utf8') }
}

test('definitions that are right: 0, and what was found', async () => {
  const { exit, stdout, stderr } = await flight(['validate'], { cwd: join(fleet(), 'apps') })
  assert.is(exit, 0, stderr)
  assert.match(stdout, /valid: 2 clusters, 4 servers, 1 app\n$/)
})

test('definitions that are wrong: 5, every error at once with its place', async () => {
  const folder = folderWith({
    'clusters/a.yml': 'php: [ 8.2 ]\nservres: []\nservers: []\n',
    'clusters/b.yml': 'php: [ 8.2 ]\nservers:\n  - name: "-x"\n    host: 10.0.0.1\n',
  })
  const { exit, stdout, stderr } = await flight(['validate'], { cwd: folder })
  assert.is(exit, 5)
  assert.is(stdout, '')
  assert.match(stderr, /clusters\/a\.yml:2:1/)
  assert.match(stderr, /clusters\/b\.yml:3:\d+/)
  assert.not.match(stderr, /\n\s+at /, 'no stack')
})

test('no definitions folder: 5, and four ways out', async () => {
  const { exit, stderr } = await flight(['plan'], { cwd: folderWith({}) })
  assert.is(exit, 5)
  assert.match(stderr, /FLIGHT_NO_DEFINITIONS/)
  assert.match(stderr, /flight init/)
})

test('FLIGHT_DEFINITIONS and --definitions name the folder, the flag wins', async () => {
  const cwd = folderWith({})
  assert.is((await flight(['validate'], { cwd, env: { FLIGHT_DEFINITIONS: fleet() } })).exit, 0)
  assert.is(
    (await flight(['validate', '--definitions', fleet()], { cwd, env: { FLIGHT_DEFINITIONS: '/nowhere' } })).exit,
    0,
  )
})

const USAGE: [string[], RegExp][] = [
  [['plna'], /did you mean flight plan\?/],
  [['planetarium'], /flight --help names them all/],
  [['plna', '--help'], /did you mean flight plan\?/],
  [['help', 'validat'], /did you mean flight validate\?/],
  [['app', 'configure', 'shop'], /did you mean flight app:configure\?/],
  [['help', 'app', 'configure'], /did you mean flight app:configure\?/],
  [['app:nothing'], /there is flight app:configure/],
  [['app:configure'], /APP is missing/],
  [['app:configure', 'shpo', '--yes'], /did you mean shop\?/],
  [['plan', '--serial', '0'], /--serial: must be a number from 1 to 500/],
  [['provision', 'staging', '--yes', '--serial', '101%'], /--serial: must be/],
  [['app:configure', 'shop', '--yes', '--serial', 'all'], /--serial: must be/],
  [['-v', 'plan'], /flags follow the command: flight plan -v/],
  [['plan', '--clutser', 'staging'], /did you mean --cluster\?/],
  [['plan', '--cluster', 'stagin'], /did you mean staging\?/],
  [['plan', '--server', 'web-11', '--app', 'shpo'], /did you mean shop\?[\s\S]*did you mean web-1\?/],
  [['plan', '--parallel', 'many'], /--parallel/],
  [['plan', '--parallel', '0'], /--parallel/],
  [['plan', 'everything'], /unexpected argument: everything/],
  [['plan', '--out'], /--out/],
  [['show'], /PLAN is missing/],
  [['show', 'nothing.json'], /nothing\.json: cannot be read: no such file/],
  [['provision', 'stagin', '--yes'], /did you mean staging\?/],
  [['completion', 'tcsh'], /bash, zsh, fish/],
  [['trust', 'web-9', '--yes'], /no server "web-9"/],
]

for (const [words, said] of USAGE) {
  test(`a wrong command line is 5 and says what was meant: flight ${words.join(' ')}`, async () => {
    const { exit, stdout, stderr } = await flight(words, { cwd: fleet() })
    assert.is(exit, 5)
    assert.is(stdout, '')
    assert.match(stderr, said)
    assert.not.match(stderr, /\n\s+at /, 'no stack')
  })
}

test('what would ask refuses without a terminal: 5, before any server is asked', async () => {
  for (const words of [
    ['provision', 'staging'],
    ['app:configure', 'shop'],
    ['trust', 'web-1'],
  ]) {
    const { exit, stderr } = await flight(words, { cwd: fleet() })
    assert.is(exit, 5)
    assert.match(stderr, /FLIGHT_NOT_CONFIRMED/)
    assert.match(stderr, /--yes|--fingerprint/)
    assert.not.match(stderr, /FLIGHT_UNREACHABLE/)
  }
})

test('an app is configured on the servers that it lists: 6 when one cannot be asked, with its name', async () => {
  for (const words of [
    ['app:configure', 'shop', '--yes'],
    ['app:configure', 'shop', '--yes', '--serial', '50%'],
    ['plan', '--app', 'shop', '--serial', 'half'],
  ]) {
    const { exit, stdout, stderr } = await flight(words, { cwd: fleet() })
    assert.is(exit, 6, `${words.join(' ')}: ${stderr}`)
    assert.match(stdout + stderr, /shop-1/)
    assert.not.match(stdout + stderr, /web-1/)
  }
})

test('a topic alone, and help on it, name its commands', async () => {
  for (const words of [['app'], ['app', '--help'], ['help', 'app']]) {
    const { exit, stdout } = await flight(words, { cwd: folderWith({}) })
    assert.is(exit, 0)
    assert.match(stdout, /app:configure {2}Make an app's/)
  }
})

test('servers that cannot be asked: 6, and each is named', async () => {
  for (const words of [
    ['plan'],
    ['plan', '--detailed-exitcode'],
    ['drift'],
    ['status'],
    ['locks'],
    ['history'],
    ['provision', 'staging', '--yes'],
    ['doctor'],
    ['trust', 'web-1', '--yes'],
  ]) {
    const { exit, stdout, stderr } = await flight(words, { cwd: fleet() })
    assert.is(exit, 6, `${words.join(' ')}: ${stderr}`)
    assert.match(stdout + stderr, /web-1/)
  }
})

test('a plan is written whole, and shown again', async () => {
  const { folder, text } = await planned()
  assert.ok(text.endsWith('}\n'))
  const { exit, stdout } = await flight(['show', 'plan.json'], { cwd: folder })
  assert.is(exit, 0)
  assert.match(stdout, /web-1/)
  assert.is((await flight(['show', '-'], { cwd: folder, stdin: text })).exit, 0)
})

test('plan --out - puts nothing but the plan on stdout', async () => {
  const folder = fleet()
  const { stdout, stderr } = await flight(['plan', '--out', '-', '--cluster', 'staging'], { cwd: folder })
  assert.is((JSON.parse(stdout) as { format: number }).format, 3)
  assert.match(stderr, /web-1/)
  assert.is(statSync(join(folder, 'plan.json'), { throwIfNoEntry: false }), undefined)
})

test('a plan that was cut off, edited, is of another format or is none: 3', async () => {
  const { folder, text } = await planned()
  const broken: Record<string, [string, RegExp]> = {
    cut: [text.slice(0, text.length / 2), /FLIGHT_PLAN_UNREADABLE/],
    edited: [text.replaceAll('web-1', 'web-7'), /FLIGHT_PLAN_EDITED/],
    later: [text.replace('"format":3', '"format":4'), /FLIGHT_PLAN_FORMAT/],
    other: ['{}', /FLIGHT_PLAN_UNREADABLE/],
    empty: ['', /FLIGHT_PLAN_UNREADABLE/],
  }
  for (const [name, [content, said]] of Object.entries(broken)) {
    writeFileSync(join(folder, `${name}.json`), content)
    for (const command of ['show', 'apply']) {
      const { exit, stdout, stderr } = await flight([command, `${name}.json`], { cwd: folder })
      assert.is(exit, 3, `${command} ${name}: ${stderr}`)
      assert.is(stdout, '')
      assert.match(stderr, said)
    }
  }
})

test('a plan that is not the expected one: 3', async () => {
  const { folder } = await planned()
  const { exit, stderr } = await flight(['apply', 'plan.json', '--expect', 'sha256:0000'], { cwd: folder })
  assert.is(exit, 3)
  assert.match(stderr, /FLIGHT_PLAN_NOT_EXPECTED/)
})

test('a file that cannot be written is a sentence, not a bug', async () => {
  const folder = fleet()
  const { exit, stderr } = await flight(['plan', '--out', 'no/such/folder/plan.json'], { cwd: folder })
  assert.is(exit, 5)
  assert.match(stderr, /cannot be written: no such file or folder/)
})

test('a bin without dist says what to run', async () => {
  const folder = folderWith({ 'bin/package.json': '{ "type": "commonjs" }' })
  const bin = join(folder, 'bin/flight')
  writeFileSync(bin, readFileSync(new URL('../../bin/flight', import.meta.url)))
  chmodSync(bin, 0o755)
  const { spawnSync } = await import('node:child_process')
  const { status, stderr } = spawnSync(bin, ['--version'], { encoding: 'utf8', timeout: 600_000 })
  assert.is(status, 1)
  assert.match(stderr, /npm ci/)
})

test.run()
