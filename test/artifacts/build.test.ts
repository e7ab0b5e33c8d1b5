import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { make, refused, repository, requestFor, temporary, unpacked } from './repository.ts'
import { eventually } from '../support/eventually.ts'

const shop = repository()
shop.commit('First', {
  'src/app.js': 'source',
  'tests/a.js': 'test',
  'backend/x': 'x',
  '.gitattributes': '/tests export-ignore\n',
  'composer.lock': '{}',
})
const build = (...buildCommands: string[]) => requestFor(shop.path, { buildCommands })
const outputOf = (events: readonly { kind: string }[]) =>
  events.flatMap((event) => (event.kind === 'output' ? [(event as { kind: 'output'; line: string }).line] : []))

test('what the commands make is part of the artifact; what is export-ignored is there to build with only', async () => {
  const { artifact } = await make(
    build(
      'test -f tests/a.js',
      'mkdir -p public/build empty && cp src/app.js public/build && git init -q vendor && rm src/app.js',
    ),
  )
  assert.equal(readdirSync(unpacked(artifact.file), { recursive: true }).sort(), [
    '.gitattributes',
    'backend',
    'backend/x',
    'composer.lock',
    'empty',
    'public',
    'public/build',
    'public/build/app.js',
    'src',
    'vendor',
  ])
  assert.ok(artifact.composerLock)
})

test('a build runs in the subdirectory, with the rest of the repository beside it', async () => {
  const { artifact } = await make({ ...build('cp ../src/app.js made.js'), subdirectory: 'backend' })
  assert.equal(readdirSync(unpacked(artifact.file)).sort(), ['made.js', 'x'])
})

test('a build sees PATH, LANG, HOME, TMPDIR and CI: no agent, key or descriptor, no other variable', async () => {
  const canaries = {
    CANARY: 'canary-1',
    SSH_AUTH_SOCK: '/tmp/canary-2',
    FLIGHT_DEFINITIONS: '/canary-3',
    GIT_DIR: '/canary-4',
    NODE_OPTIONS: '--no-warnings',
    npm_config_x: 'canary-5',
  }
  Object.assign(process.env, canaries)
  try {
    const { events } = await make({
      ...build('env', 'echo "keys $(find "$HOME" "$TMPDIR" -mindepth 1 | wc -l)"; ls -l /proc/$$/fd; stat -c %a . ..'),
      deployKey: '/nonexistent/canary-key',
    })
    const output = outputOf(events)
    const names = output
      .filter((line) => /^[A-Za-z_]+=/.test(line))
      .map((line) => line.slice(0, line.indexOf('=')))
      .sort()
    assert.equal(
      names.filter((name) => !['_', 'OLDPWD', 'PWD', 'SHLVL'].includes(name)),
      ['CI', 'HOME', 'LANG', 'PATH', 'TMPDIR'],
    )
    assert.not.match(output.join('\n'), /canary|id_|flight-key/i)
    assert.not.match(output.filter((line) => line.includes(' -> ')).join('\n'), /mirrors|artifacts\/shop|work\//)
    assert.ok(output.includes('keys 0'), output.join('\n'))
    assert.ok(output.includes('700'))
  } finally {
    for (const name of Object.keys(canaries)) delete process.env[name]
  }
})

test('a command that fails names itself with its last words and the log, which nobody else may read', async () => {
  const said = await refused(
    make(build('true', 'seq 1 40; printf "\\033[31mbroken\\033[0m\\n" >&2; exit 3', 'touch never')),
  )
  assert.match(
    said,
    /^FLIGHT_BUILD_FAILED build command 2 of 3 \(seq 1 40.*\) ended with exit code 3\. Its last words: .*39; 40.*broken/,
  )
  const log = /in (\S.*build\.log)/.exec(said)?.[1] ?? ''
  assert.is(statSync(log).mode & 0o777, 0o600)
  assert.match(readFileSync(log, 'utf8'), /^\$ true\n\$ seq/)
})

test('Ctrl-C ends a build with everything that it started, and leaves no checkout', async () => {
  const runs = join(temporary(), 'runs')
  const request = build(`: >'${runs}'; sleep 7391 & sleep 7392`)
  const stop = new AbortController()
  const said = refused(make(request, stop.signal))
  await eventually(() => existsSync(runs))
  stop.abort()
  assert.match(await said, /^FLIGHT_INTERRUPTED/)
  await eventually(() => !/sleep 739[12]/.test(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })))
  assert.equal(readdirSync(join(request.state, 'work')), [])
})

test('what a command leaves running ends with it', async () => {
  await make(build('sleep 7393 & echo started'))
  assert.not.match(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }), /sleep 7393/)
})

test('a pipe that a build makes is refused by name', async () => {
  assert.match(await refused(make(build('mkfifo trap'))), /FLIGHT_ARTIFACT "trap" is a socket, a pipe or a device/)
})

test('a failed build is no artifact: the next run builds again', async () => {
  const request = build('test -e /tmp/flight-artifacts-never')
  await refused(make(request))
  assert.match(await refused(make(request)), /^FLIGHT_BUILD_FAILED/)
  assert.not.ok(existsSync(join(request.state, 'artifacts/shop/artifact.json')))
})

test.run()
