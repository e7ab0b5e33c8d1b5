import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../../src/model/package-root.ts'
import { aDeploymentServer, type Story, TOKEN } from './api-stand-in.ts'

const folder = mkdtempSync(join(tmpdir(), 'flight-pipeline-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = (name: string): unknown => load(readFileSync(join(packageRoot(), 'templates/init/examples', name), 'utf8'))

const github = (
  file('release-github.yml') as { jobs: { release: { steps: { run: string; env: Record<string, string> }[] } } }
).jobs.release.steps[0]
const gitlab = (file('release-gitlab.yml') as { release: { script: string[] } }).release.script[0]

// As their runners run it: GitHub with bash --noprofile --norc -eo pipefail FILE, GitLab with what sh is in the image.
const RUNNERS: readonly (readonly [string, string, readonly string[]])[] = [
  ['GitHub', github?.run ?? '', ['bash', '--noprofile', '--norc', '-eo', 'pipefail']],
  ['GitLab, sh', gitlab ?? '', ['sh', '-e']],
  ['GitLab, bash', gitlab ?? '', ['bash', '-eo', 'pipefail']],
]

type Ran = {
  exit: number | null
  said: string
  asked: string[]
  bodies: string[]
  releases: Map<string, number>
  left: string[]
}

async function run(
  script: string,
  [program = '', ...words]: readonly string[],
  story: Story,
  env: Record<string, string> = {},
): Promise<Ran> {
  const { url, asked, bodies, releases, close } = await aDeploymentServer(story)
  const temporary = mkdtempSync(join(folder, 'tmp-'))
  writeFileSync(join(folder, 'script.sh'), script)
  const all = {
    PATH: process.env['PATH'],
    TMPDIR: temporary,
    FLIGHT_URL: url,
    FLIGHT_TOKEN: TOKEN,
    FLIGHT_APP: 'shop',
    FLIGHT_PAUSE: '0.05',
    RELEASE_COMMIT: 'a'.repeat(40),
    RELEASE_REF: 'main',
    RELEASE_KEY: 'run-1-1',
    ...env,
  }
  const child = spawn(program, [...words, join(folder, 'script.sh')], { env: all, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const timer = setTimeout(() => child.kill('SIGKILL'), 600_000)
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  await close()
  assert.not.match(said, TOKEN, 'the token is shown nowhere')
  return { exit, said, asked, bodies, releases, left: readdirSync(temporary) }
}

const LINES = ['prepare: web-1, web-2', '::error::not a command', 'go live: web-1, web-2', 'done']
const times = (text: string, what: string): number => text.split(what).length - 1

for (const [name, script, words] of RUNNERS) {
  test(`${name}: a release that succeeds is asked for, followed, and green`, async () => {
    const { exit, said, asked, bodies, left } = await run(script, words, { lines: LINES, ends: 'succeeded' })
    assert.is(exit, 0, said)
    assert.equal(asked, [
      'POST /v1/apps/shop/releases',
      'GET /v1/releases/41/log?follow=1',
      'GET /v1/releases/41/result',
    ])
    assert.equal(
      bodies.map((body) => JSON.parse(body) as unknown),
      [{ commit: 'a'.repeat(40), ref: 'main' }],
    )
    assert.match(said, LINES.join('\n'))
    assert.match(said, 'Release 41 succeeded')
    assert.equal(left, [], 'nothing stays, the token least of all')
  })

  test(`${name}: a release that fails fails the job, and says why`, async () => {
    const { exit, said, left } = await run(script, words, { lines: LINES, ends: 'failed' })
    assert.is(exit, 1)
    assert.match(said, 'web-1 answered 500')
    assert.match(said, LINES.join('\n'))
    assert.equal(left, [])
  })

  test(`${name}: connections that drop cost nothing: one release, each line once`, async () => {
    const { exit, said, releases, bodies } = await run(script, words, {
      lines: LINES,
      ends: 'succeeded',
      busyAsks: 1,
      dropAsks: 2,
      dropLogs: 1,
      dropResults: 1,
    })
    assert.is(exit, 0, said)
    assert.equal([...releases], [['run-1-1', 41]])
    assert.is(bodies.length, 4)
    for (const line of LINES) assert.is(times(said, `${line}\n`), 1, line)
  })

  test(`${name}: a token that is refused ends it at once, with what the server says`, async () => {
    const { exit, said, asked } = await run(
      script,
      words,
      { lines: LINES, ends: 'succeeded' },
      { FLIGHT_TOKEN: 'flight_wrong' },
    )
    assert.is(exit, 1)
    assert.equal(asked, ['POST /v1/apps/shop/releases'])
    assert.match(said, 'answered 401')
    assert.match(said, 'This token is not known')
    assert.not.match(said, 'flight_wrong')
  })

  test(`${name}: an end comes, also where nobody answers or the release goes on for ever`, async () => {
    const gone = await run(
      script,
      words,
      { lines: LINES, ends: 'succeeded' },
      { FLIGHT_URL: 'http://127.0.0.1:1', FLIGHT_MINUTES: '0' },
    )
    assert.is(gone.exit, 1)
    assert.match(gone.said, 'answered 000')
    const endless = await run(script, words, { lines: LINES, ends: 'never' }, { FLIGHT_MINUTES: '0' })
    assert.is(endless.exit, 1)
    assert.match(endless.said, 'Release 41 still goes on: http')
  })

  test(`${name}: a branch with quotes stays a branch`, async () => {
    const ref = 'it"s-$(x)`y`\'z'
    const { exit, bodies } = await run(script, words, { lines: [], ends: 'succeeded' }, { RELEASE_REF: ref })
    assert.is(exit, 0)
    assert.is((JSON.parse(bodies[0] ?? '') as { ref: string }).ref, ref)
  })

  test(`${name}: what is missing ends it before anything is asked`, async () => {
    const { exit, asked } = await run(script.replace('set -eu', 'set -eu; unset FLIGHT_TOKEN'), words, {
      lines: [],
      ends: 'succeeded',
    })
    assert.ok(exit !== 0)
    assert.equal(asked, [])
  })
}

test('GitHub obeys nothing that a log says', async () => {
  const { said } = await run(github?.run ?? '', ['bash', '-eo', 'pipefail'], { lines: LINES, ends: 'succeeded' })
  assert.match(said, /^::stop-commands::[0-9a-f]{32}\n/)
})

test('nothing of a commit is pasted into a script', () => {
  assert.not.match(github?.run ?? '', '${{')
  assert.equal(Object.keys(github?.env ?? {}).sort(), [
    'FLIGHT_APP',
    'FLIGHT_TOKEN',
    'FLIGHT_URL',
    'RELEASE_COMMIT',
    'RELEASE_KEY',
    'RELEASE_REF',
  ])
})

test('the token is in no command line', () => {
  for (const [, script] of RUNNERS)
    assert.equal(
      script.split('\n').filter((line) => line.includes('$FLIGHT_TOKEN') && !line.includes('printf')),
      [],
    )
})

test.run()
