import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as always } from 'uvu'
import * as assert from 'uvu/assert'
import { type AgeWorld, decrypt, encrypt, isEncrypted } from '../../src/operations/environment/age.ts'
import { agesError, agesWarnings } from '../../src/operations/environment/age.ts'
import { hasAge, sshKey, watchedAge } from '../support/age.ts'
import { refusal } from '../support/runs.ts'
import { BIN, environment, fleet, flight, folderWith } from '../cli/flight-process.ts'
import { eventually } from '../support/eventually.ts'

// Encryption by the real program age, with keys as ssh-keygen makes them.

const test = hasAge ? always : always.skip
const CANARY = 'c4n4ry-of-age'
const world = (PATH = process.env['PATH']): AgeWorld => ({
  environment: { PATH, HOME: folderWith({}) },
  signal: new AbortController().signal,
})
const opened = async (bytes: Uint8Array, ...identities: string[]) =>
  Buffer.from(await decrypt({ file: '.env.shop.age', bytes }, identities, world())).toString('utf8')

const CONTENTS: readonly [string, string][] = [
  ['quotes', `A='a "b" $c \`d\`'\nB="\\"e\\" \${A}"\n`],
  ['no newline at the end', 'A=1\nB=2'],
  ['CRLF', 'A=1\r\nB="2\r\n3"\r\n'],
  ['UTF-8 with a byte order mark', '\ufeffNAME="grüße ☃ 😀"\n'],
  ['nothing', ''],
  ['1 MB', `A="${'x'.repeat(1024 * 1024 - 6)}"\n`],
]

for (const [what, text] of CONTENTS) {
  test(`${what}: encrypted and decrypted it is the same to the byte`, async () => {
    const key = sshKey(folderWith({}), 'id_ed25519')
    const { bytes, warnings } = await encrypt(Buffer.from(text), [`${key}.pub`], world())
    assert.equal(warnings, [])
    assert.ok(isEncrypted(bytes))
    assert.is(await opened(bytes, key), text)
  })
}

test('what age itself wrote is read, binary and armored', async () => {
  const key = sshKey(folderWith({}), 'id_ed25519')
  for (const words of [[], ['--armor']]) {
    const bytes = execFileSync('age', [...words, '-R', `${key}.pub`], { input: `A=${CANARY}` })
    assert.ok(isEncrypted(bytes))
    assert.is(await opened(bytes, key), `A=${CANARY}`)
  }
})

always('what is plain is not taken for encrypted', () => {
  for (const text of ['', 'A=age-encryption.org/v1\n', '# -----BEGIN AGE ENCRYPTED FILE-----\n', 'age-encryption.org'])
    assert.not.ok(isEncrypted(Buffer.from(text)))
})

test('everybody in the lists can open it, and a key of a kind that age leaves out is warned of', async () => {
  const folder = folderWith({})
  const [one, two, other] = [
    sshKey(folder, 'one'),
    sshKey(folder, 'two', { type: 'rsa' }),
    sshKey(folder, 'other', { type: 'ecdsa' }),
  ]
  const identity = join(folder, 'age.key')
  execFileSync('age-keygen', ['-o', identity], { stdio: 'ignore' })
  const pub = (file: string) => readFileSync(`${file}.pub`, 'utf8')
  writeFileSync(join(folder, 'team.keys'), `# the team\n\n${pub(one)}${pub(two)}${pub(other)}`)
  writeFileSync(join(folder, 'ops.keys'), execFileSync('age-keygen', ['-y', identity]))
  const { bytes, warnings } = await encrypt(
    Buffer.from('A=1'),
    [join(folder, 'team.keys'), join(folder, 'ops.keys')],
    world(),
  )
  for (const key of [one, two, identity]) assert.is(await opened(bytes, key), 'A=1')
  assert.is(warnings.length, 1)
  assert.match(warnings[0] as string, /ignoring unsupported SSH key of type "ecdsa-sha2-nistp256" at line 5/)
})

test('a wrong key and a damaged file are refused in words of age, and no content is shown', async () => {
  const folder = folderWith({})
  const [right, wrong] = [sshKey(folder, 'right'), sshKey(folder, 'wrong')]
  const bytes = Buffer.from(execFileSync('age', ['-R', `${right}.pub`], { input: `A=${CANARY}\n`.repeat(8000) }))
  const { bytes: armored } = await encrypt(Buffer.from(`A=${CANARY}`), [`${right}.pub`], world())
  const flipped = Buffer.from(bytes)
  flipped[bytes.length - 5] = 255 - (flipped[bytes.length - 5] as number)
  const cases: readonly [string, Uint8Array, RegExp][] = [
    [wrong, bytes, /no identity matched any of the recipients/],
    [right, bytes.subarray(0, -3), /failed to decrypt/],
    // The first 64 kB of it are decrypted before age finds out.
    [right, bytes.subarray(0, 70_000), /failed to decrypt/],
    [right, flipped, /failed to decrypt/],
    [right, bytes.subarray(0, 60), /failed to read header/],
    [right, armored.subarray(0, -60), /cannot be decrypted: \S+/],
    [`${right}.pub`, bytes, /unknown identity type/],
    [join(folder, 'nobody'), bytes, /no such file/],
    [folder, bytes, /is a directory/],
  ]
  for (const [identity, content, why] of cases) {
    const error = await refusal(opened(content, identity))
    assert.is(error.exit, 5)
    assert.match(error.message, why)
    assert.not.match(error.message, new RegExp(`${CANARY}|age/report`))
    assert.match(error.problems[0]?.hint ?? '', /--identity FILE/)
  }
})

test('what is no list of keys is refused before anything is encrypted', async () => {
  const folder = folderWith({ empty: '# nobody\n', words: `${CANARY}\n`, 'options.keys': 'no-pty ssh-ed25519 AAAA\n' })
  const key = sshKey(folder, 'key')
  for (const [keys, why] of [
    ['empty', /no recipients found/],
    ['words', /malformed recipient at line 1/],
    ['options.keys', /malformed recipient at line 1/],
    ['nothing', /no such file/],
    ['.', /is a directory/],
    ['key', /malformed recipient/],
  ] as const) {
    const error = await refusal(encrypt(Buffer.from('A=1'), [`${key}.pub`, join(folder, keys)], world()))
    assert.match(error.message, why)
    assert.not.match(error.message, new RegExp(CANARY))
    assert.is(error.exit, 5)
  }
})

always('what age quotes of a file is not shown, names of files are', () => {
  const said =
    `age: warning: "/k": ignoring "ssh-dss"\nage: error: reading "/k": unexpected intro: "A=${CANARY} ` +
    `\\" x"\nage: report unexpected or unhelpful errors at https://filippo.io/age/report\n`
  assert.is(agesError(said, ['/k']), 'reading "/k": unexpected intro: "…"')
  assert.equal(agesWarnings(said, ['/k']), ['"/k": ignoring "ssh-dss"'])
  assert.is(agesError(`age: error: intro: "A=${CANARY}`, []), 'intro: "…"')
  assert.is(agesError('panic', []), 'age ended without a word')
})

test('content in armor that is nothing of age is not shown either', async () => {
  const armored =
    `-----BEGIN AGE ENCRYPTED FILE-----\n${Buffer.from(`A=${CANARY}\n`).toString('base64')}\n-----END ` +
    `AGE ENCRYPTED FILE-----\n`
  const error = await refusal(opened(Buffer.from(armored), sshKey(folderWith({}), 'key')))
  assert.not.match(error.message, new RegExp(CANARY))
})

test('no content is on a command line of age or in its environment, and nothing but names and flags', async () => {
  const folder = folderWith({})
  const key = sshKey(folder, 'key')
  const { path, seen } = watchedAge(folder)
  const { bytes } = await encrypt(Buffer.from(`A=${CANARY}`), [`${key}.pub`], world(path))
  assert.is(Buffer.from(await decrypt({ file: 'x', bytes }, [key], world(path))).toString('utf8'), `A=${CANARY}`)
  const text = readFileSync(seen, 'utf8')
  assert.not.match(text, new RegExp(CANARY))
  assert.match(text, `--encrypt\n--armor\n-R\n${key}.pub\n`)
  assert.match(text, `--decrypt\n-i\n${key}\n`)
})

always('without age it says what to install', async () => {
  const error = await refusal(encrypt(Buffer.from('A=1'), ['keys'], world(folderWith({}))))
  assert.match(error.message, 'age is not here')
  assert.match(error.problems[0]?.hint ?? '', 'apt install age')
  assert.is(error.exit, 5)
})

test('an interrupted run ends age', async () => {
  const folder = folderWith({ age: '#!/bin/sh\n: >"$0.runs"\nexec sleep 3600\n' })
  execFileSync('chmod', ['755', join(folder, 'age')])
  const stop = new AbortController()
  const run = refusal(
    encrypt(Buffer.from('A=1'), ['keys'], {
      environment: { PATH: `${folder}:${process.env['PATH']}` },
      signal: stop.signal,
    }),
  )
  await eventually(() => existsSync(join(folder, 'age.runs')))
  stop.abort()
  assert.is((await run).exit, 130)
})

test('an age that writes without end is ended', async () => {
  const folder = folderWith({ age: '#!/bin/sh\ncat /dev/zero\n' })
  execFileSync('chmod', ['755', join(folder, 'age')])
  const error = await refusal(encrypt(Buffer.from('A=1'), ['keys'], world(`${folder}:${process.env['PATH']}`)))
  assert.match(error.message, /more than 8 MB/)
})

// A definitions folder whose servers cannot be reached (exit code 6): what is wrong with a file here is found before.
async function encryptedHere(passphrase = ''): Promise<{ cwd: string; key: string }> {
  const cwd = fleet()
  mkdirSync(join(cwd, '.ssh'), { mode: 0o700 })
  const key = sshKey(join(cwd, '.ssh'), 'id_ed25519', { passphrase })
  const { bytes } = await encrypt(Buffer.from(`A=${CANARY}`), [`${key}.pub`], world())
  writeFileSync(join(cwd, '.env.shop.age'), bytes)
  return { cwd, key }
}

test('env:push and env:diff open .env.APP.age with the own SSH key where .env.APP is not there', async () => {
  const { cwd, key } = await encryptedHere()
  const wrong = sshKey(folderWith({}), 'wrong')
  const run = (words: string[], env: NodeJS.ProcessEnv = {}) => flight(words, { cwd, env: { HOME: cwd, ...env } })
  for (const words of [
    ['env:diff', 'shop'],
    ['env:diff', 'shop', '.env.shop.age', '--identity', wrong, '--identity', key],
    ['env:push', 'shop', '--yes'],
  ])
    assert.is((await run(words)).exit, 6, words.join(' '))
  const cases: readonly [string[], NodeJS.ProcessEnv, RegExp][] = [
    [
      ['env:push', 'shop', '--yes', '--identity', wrong],
      {},
      /\.env\.shop\.age: cannot be decrypted: no identity matched/,
    ],
    [['env:diff', 'shop'], { HOME: folderWith({}) }, /no key of yours/],
    [['env:push', 'shop', '--yes'], { PATH: folderWith({}) }, /age is not here/],
    [['env:push', 'shop', '.', '--yes'], {}, /is a folder/],
  ]
  for (const [words, env, why] of cases) {
    const { exit, stdout, stderr } = await run(words, env)
    assert.is(exit, 5)
    assert.match((stdout + stderr).replace(/\s+/g, ' '), why)
    assert.match(stdout + stderr, 'FLIGHT_USAGE')
    assert.not.match(stdout + stderr, new RegExp(CANARY))
  }
  // The plain one goes before it, and what is wrong with that one is said.
  writeFileSync(join(cwd, '.env.shop'), 'A="x')
  assert.match((await run(['env:diff', 'shop'])).stderr, /\.env\.shop:1:/)
})

test('age asks for the passphrase of a key at the terminal', async () => {
  const { cwd } = await encryptedHere('open sesame')
  const env = environment({ HOME: cwd, TERM: 'xterm' })
  const child = spawn('script', ['-qec', `${process.execPath} ${BIN} env:diff shop`, '/dev/null'], {
    cwd,
    env,
    stdio: 'pipe',
  })
  let shown = ''
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  const answered = new Promise((resolve) => child.once('close', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), 600_000)
  // What is typed before age has switched the echo off would be shown.
  await eventually(() => shown.includes('assphrase') && hidesTyping(child.pid))
  child.stdin.write('open sesame\r')
  const exit = await answered
  clearTimeout(timer)
  assert.is(exit, 6, shown)
  assert.not.match(shown, /sesame/)
})

// Whether the terminal that `script` made for its child shows nothing of what is typed.
function hidesTyping(script: number | undefined): boolean {
  const tty = execFileSync('ps', ['-o', 'tty=', '--ppid', String(script)], { encoding: 'utf8' }).trim()
  return /\s-echo\s/.test(execFileSync('stty', ['-F', `/dev/${tty}`, '-a'], { encoding: 'utf8' }))
}

always.run()
