import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { hasAge, sshKey } from '../support/age.ts'
import { loud } from '../support/loud.ts'
import { watchProcesses } from '../support/watch-processes.ts'
import { app, oneLine, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { provisioned, web } from './fleet.ts'
import { promise as onServers } from './promise.ts'
import { underApp } from './release.ts'

// An environment file that lies here encrypted, in git: pulled,
// compared, pushed; its content is never on a disk of this machine.

const promise = hasAge ? onServers : test.skip
const ENV = '/home/shop/shop/.flight/shared/.env'
const CANARY = 'c4n4ry-in-age-5e1'
const TEXT = `# shop\r\nNAME='a "b" $c'\nDB_PASSWORD="${CANARY} ü"\nLAST=1`

let at: Desk
let host: LabHost
let key: string
let wrong: string
let file: string

test.before(
  loud(async () => {
    ;[host] = await provisioned('web-1')
    at = await desk({ ...web([host]), 'apps/shop.yml': app('shop', [serves('web-1')]) })
    await at.expect(0, 'app:configure', 'shop', '--yes')
    key = sshKey(at.folder, 'mine')
    wrong = sshKey(at.folder, 'wrong')
    file = join(at.folder, '.env.shop.age')
    execFileSync('git', ['init', '-q'], { cwd: at.folder })
    await put(TEXT)
  }),
)

const there = () => host.must(`cat ${ENV}`)
const decrypted = () => execFileSync('age', ['-d', '-i', key, file], { encoding: 'utf8' })
const edit = (text: string) => execFileSync('age', ['-R', `${key}.pub`, '-o', file], { input: text })
const put = (text: string) =>
  host.must(underApp('shop', `umask 077; printf %s ${Buffer.from(text).toString('base64')} | base64 -d >${ENV}`))

// The content is in no file of the desk: definitions, state, logs.
function nowhereHere(...said: string[]): void {
  assert.is(execFileSync('sh', ['-c', `grep -rlsa '${CANARY}' . || true`], { cwd: at.folder, encoding: 'utf8' }), '')
  for (const text of said) assert.not.match(text, new RegExp(CANARY))
}

promise(
  'it is pulled encrypted, 0600, where git may track it, and the content is in no process and no file',
  async () => {
    const watch = watchProcesses(CANARY)
    const answer = await at.expect(0, 'env:pull', 'shop', '--encrypt', 'mine.pub', '-v', '--log-file', 'log')
    assert.equal(await watch.stop(), [])
    assert.match(oneLine(answer.stdout), /is in \S+\.env\.shop\.age, encrypted to the keys in mine\.pub/)
    assert.is(statSync(file).mode & 0o777, 0o600)
    assert.is(decrypted(), TEXT)
    nowhereHere(answer.said)
    execFileSync('git', ['add', '.env.shop.age'], { cwd: at.folder })
    const again = await at.expect(0, 'env:pull', 'shop', '--encrypt', 'mine.pub', '--encrypt', 'wrong.pub', '--json')
    assert.is((JSON.parse(again.stdout) as { encrypted: boolean }).encrypted, true)
    assert.is(execFileSync('age', ['-d', '-i', wrong, file], { encoding: 'utf8' }), TEXT)
    // Without --encrypt the rule stands.
    assert.match(oneLine((await at.expect(5, 'env:pull', 'shop', 'plain')).said), /would be tracked by git/)
  },
)

promise('env:diff opens it, and a wrong key is refused', async () => {
  const watch = watchProcesses(CANARY)
  await at.expect(0, 'env:diff', 'shop', '--identity', 'mine', '--detailed-exitcode')
  assert.equal(await watch.stop(), [])
  edit(decrypted().replace('LAST=1', 'LAST=2\nNEW=1'))
  const { said } = await at.expect(2, 'env:diff', 'shop', '--identity', 'mine', '--detailed-exitcode')
  assert.match(oneLine(said), /against web-1: 2 keys differ \+ NEW ~ LAST/)
  assert.match(oneLine(said), /edited here since it was pulled: 2 keys differ/)
  for (const command of ['env:diff', 'env:push']) {
    const refused = await at.expect(
      5,
      command,
      'shop',
      '.env.shop.age',
      '--identity',
      'wrong',
      ...(command === 'env:push' ? ['--yes'] : []),
    )
    assert.match(
      oneLine(refused.said),
      /\.env\.shop\.age: cannot be decrypted: no identity matched any of the recipients/,
    )
    nowhereHere(refused.said)
  }
  assert.is(await there(), TEXT)
})

promise('what was edited is not overwritten by a pull, and nothing is half written when age refuses', async () => {
  const before = readFileSync(file)
  assert.match(
    oneLine((await at.expect(5, 'env:pull', 'shop', '--encrypt', 'mine.pub')).said),
    /is there already, encrypted, and is not what Flight pulled or pushed last/,
  )
  await at.expect(5, 'env:pull', 'shop', '--encrypt', 'flight.yml', '--force')
  assert.ok(readFileSync(file).equals(before))
  await at.expect(5, 'env:pull', 'shop', 'other.age', '--encrypt', 'flight.yml')
  assert.not.ok(existsSync(join(at.folder, 'other.age')))
})

promise('it is pushed to the byte, and the next push is compared with it', async () => {
  const wanted = decrypted()
  const watch = watchProcesses(CANARY)
  const answer = await at.expect(0, 'env:push', 'shop', '--yes', '--identity', 'mine', '-v', '--log-file', 'log')
  assert.equal(await watch.stop(), [])
  assert.match(oneLine(answer.stdout), /\.env\.shop\.age against web-1: 2 keys differ \+ NEW ~ LAST/)
  assert.is(await there(), wanted)
  nowhereHere(answer.said)
  edit(`${wanted}\nMORE=1\n`)
  await at.expect(0, 'env:push', 'shop', '--yes', '--identity', 'mine')
  await put(`${wanted}\nMORE=1\nTHEIRS=1\n`)
  edit(`${wanted}\nMORE=2\n`)
  const { said } = await at.expect(1, 'env:push', 'shop', '--yes', '--identity', 'mine')
  assert.match(oneLine(said), /was pulled before the file on web-1 was changed: there \+THEIRS; here ~MORE/)
  await at.expect(0, 'env:push', 'shop', '--yes', '--identity', 'mine', '--force')
  // What was pushed is on the servers: a pull may write it anew.
  await at.expect(0, 'env:pull', 'shop', '--encrypt', 'mine.pub')
  assert.is(decrypted(), await there())
  nowhereHere()
})

promise('a plain file of its name goes before it, and a pull of the plain one does not touch it', async () => {
  const before = readFileSync(file)
  at.put('.gitignore', '.env.shop\n')
  await at.expect(0, 'env:pull', 'shop')
  assert.ok(readFileSync(file).equals(before))
  writeFileSync(join(at.folder, '.env.shop'), 'NAME=plain\n', { mode: 0o600 })
  await at.expect(0, 'env:push', 'shop', '--yes')
  assert.is(await there(), 'NAME=plain\n')
})

test.run()
