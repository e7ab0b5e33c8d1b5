import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { provisioned, web } from './fleet.ts'
import { inDrills, promise } from './promise.ts'
import { underApp } from './release.ts'

// What env:pull and env:diff show and fetch, on three real servers, and what they never show.

const ENV = '/home/shop/shop/.flight/shared/.env'
const CANARIES = ['c4n4ry-one-9f2', 'c4n4ry-two-7d1', 'c4n4ry-three-3b8']
const TEXT =
  `# shop\nAPP_KEY=${CANARIES[0]}\nDB_PASSWORD="${CANARIES[1]} # no comment"\n\nMULTI="line one\nline ` +
  `two"\nMAIL_FROM='a $b'`

let at: Desk
let hosts: LabHost[]

test.before(
  loud(async () => {
    hosts = await provisioned('web-1', 'web-2', 'web-3')
    at = await desk({
      ...web(hosts),
      'apps/shop.yml': app(
        'shop',
        ['web-1', 'web-2', 'web-3'].map((name) => serves(name)),
      ),
    })
    await at.expect(0, 'app:configure', 'shop', '--yes')
  }),
)

async function put(host: LabHost, text: string): Promise<void> {
  await host.must(
    underApp(
      'shop',
      `umask 077; printf '%s' "$(printf '%s' ${JSON.stringify(Buffer.from(text).toString('base64'))} | base64 -d; ` +
        `echo x)" | head -c -1 >${ENV}`,
    ),
  )
}

function noCanary(text: string): void {
  for (const canary of CANARIES) assert.not.ok(text.includes(canary), `a value was shown:\n${text}`)
}

promise('before there is one anywhere, it says where one is wanted', async () => {
  const { said } = await at.expect(1, 'env:pull', 'shop')
  assert.match(said.replace(/\s+/g, ' '), `there is no ${ENV} yet`)
})

promise('it is fetched to the byte, readable by its owner alone, and no value is shown', async () => {
  for (const host of hosts) await put(host, TEXT)
  const answer = await at.expect(0, 'env:pull', 'shop', '-v', '--log-file', 'log')
  noCanary(answer.said)
  const file = join(at.folder, '.env.shop')
  assert.is(readFileSync(file, 'utf8'), TEXT)
  assert.is(statSync(file).mode & 0o777, 0o600)
  noCanary(at.text('log'))
  for (const name of readdirSync(join(at.folder, 'state'), { recursive: true, encoding: 'utf8' })) {
    const path = join(at.folder, 'state', name)
    if (!statSync(path).isFile()) continue
    noCanary(readFileSync(path, 'utf8'))
    assert.is(statSync(path).mode & 0o077, 0, path)
  }
  for (const host of hosts)
    noCanary(
      await host.must(
        'journalctl --no-pager -q; grep -rh c4n4ry /var/log /var/lib/flight /tmp /run 2>/dev/null || true',
      ),
    )
  await at.expect(0, 'env:diff', 'shop', '--detailed-exitcode')
})

promise('what was edited here is not overwritten, what is unchanged is; and both sides are told apart', async () => {
  const file = join(at.folder, '.env.shop')
  writeFileSync(file, `${TEXT}\nNEW_HERE=${CANARIES[2]}\n`)
  const { said } = await at.expect(5, 'env:pull', 'shop')
  assert.match(said, 'was edited here since it was pulled: +NEW_HERE')
  for (const host of hosts) await put(host, `${TEXT}\nNEW_THERE=1\n`)
  const diff = await at.expect(2, 'env:diff', 'shop', '--detailed-exitcode')
  noCanary(diff.said)
  const text = diff.stdout.replace(/\s+/g, ' ')
  assert.match(text, 'against web-1, web-2, web-3: 2 keys differ + NEW_HERE - NEW_THERE')
  assert.match(text, 'edited here since it was pulled: 1 key differs + NEW_HERE')
  assert.match(text, 'changed on web-1 since it was pulled: 1 key differs + NEW_THERE')
  await at.expect(0, 'env:pull', 'shop', '--force')
  assert.match(readFileSync(file, 'utf8'), 'NEW_THERE')
})

inDrills('servers that differ are told apart by key, and one without is named', async () => {
  await put(hosts[1] as LabHost, TEXT.replace(CANARIES[1] as string, 'another'))
  await (hosts[2] as LabHost).must(`rm ${ENV}`)
  const pull = await at.expect(0, 'env:pull', 'shop', '--force')
  noCanary(pull.said)
  assert.match(pull.stdout, /! DB_PASSWORD: one value on web-1; one value on web-2/)
  assert.match(pull.stdout, 'no environment file yet on web-3')
  const json = JSON.parse((await at.expect(0, 'env:diff', 'shop', '--json')).stdout) as {
    servers: { keys: { key: string }[] }
    without: string[]
  }
  assert.equal([json.servers.keys.map(({ key }) => key), json.without], [['DB_PASSWORD', 'NEW_THERE'], ['web-3']])
  await at.expect(0, 'env:pull', 'shop', 'from-2', '--server', 'web-2')
  assert.match(at.text('from-2'), 'another')
})

promise('a link, a pipe or a folder that an app puts there shows root nothing', async () => {
  const host = hosts[2] as LabHost
  await host.must(`echo ${CANARIES[0]} >/etc/secret && chmod 600 /etc/secret`)
  for (const [what, script, said] of [
    ['a link', `ln -sfn /etc/secret ${ENV}`, /is a link/],
    ['a pipe', `rm -f ${ENV}; mkfifo ${ENV}`, /is no file/],
    ['a folder', `rm -f ${ENV}; mkdir ${ENV}`, /is no file/],
    ['an endless file', `rmdir ${ENV}; truncate -s 10T ${ENV}`, /larger than 1 MB/],
  ] as const) {
    await host.must(underApp('shop', script))
    const answer = await at.flight('env:pull', 'shop', 'other', '--server', 'web-3')
    assert.is(answer.exit, 1, what)
    assert.match(answer.said.replace(/\s+/g, ' '), said)
    noCanary(answer.said)
    assert.not.ok(existsSync(join(at.folder, 'other')))
  }
  await host.must(`rm ${ENV}`)
})

promise('a file that git would track is refused, and it says what to add to .gitignore', async () => {
  execFileSync('git', ['init', '-q'], { cwd: at.folder })
  const { said } = await at.expect(5, 'env:pull', 'shop', 'secrets')
  assert.match(said.replace(/\s+/g, ' '), /would be tracked by git.*add the line secrets to .*\.gitignore/)
  at.put('.gitignore', 'secrets\n')
  await at.expect(0, 'env:pull', 'shop', 'secrets')
  execFileSync('git', ['add', '-f', 'secrets'], { cwd: at.folder })
  assert.match((await at.expect(5, 'env:pull', 'shop', 'secrets', '--force')).said, 'is tracked by git')
})

promise(
  'a file that Laravel would not understand is named by line and column, not printed, and its bytes can still be ' +
    'fetched',
  async () => {
    await put(hosts[0] as LabHost, `GOOD=1\nBAD="${CANARIES[0]}\n`)
    at.put('.gitignore', 'secrets\nbroken\n')
    const answer = await at.flight('env:pull', 'shop', 'broken', '--server', 'web-1')
    assert.is(answer.exit, 5)
    assert.match(answer.said, new RegExp(`${ENV.replaceAll('.', '\\.')}:2:`))
    noCanary(answer.said)
    assert.match(at.text('broken'), 'BAD=')
  },
)

inDrills('a server that is down does not stop the others', async () => {
  await (hosts[1] as LabHost).stop()
  const answer = await at.flight('env:diff', 'shop')
  assert.is(answer.exit, 6)
  assert.match(answer.said, /web-2/)
})

test.run()
