import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Repository } from '../artifacts/repository.ts'
import { repository, temporary } from '../artifacts/repository.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { oneLine } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, provisioned } from './fleet.ts'
import { get } from './load.ts'
import { promise } from './promise.ts'
import { underApp } from './release.ts'
import { pidsOf } from './workers.ts'

// The environment file of an application on three real servers: pushed, edited, taken back.

const ENV = '/home/shop/shop/.flight/shared/.env'
const domain = 'shop.example.com'

// Answers with what its environment file says, and is sick when that says so.
const INDEX = `<?php
preg_match('/^NAME=(.*)$/m', file_get_contents(__DIR__ . '/../.env'), $name);
if (preg_match('/^SICK=1$/m', file_get_contents(__DIR__ . '/../.env'))) { http_response_code(500); }
echo $name[1] ?? 'nobody';
`

let hosts: readonly [LabHost, LabHost, LabHost]
let at: Desk
let repo: Repository

test.before(loud(async () => {
  hosts = (await provisioned('web-1', 'web-2', 'web-3')) as [LabHost, LabHost, LabHost]
  repo = repository(join(temporary('flight-env-'), 'shop'))
  repo.commit('First', { 'public/index.php': INDEX })
  const on = (name: string, more = '') => `  - { name: ${name}, web: { pm: static, max_workers: 3 }${more} }\n`
  at = await desk({
    'clusters/web.yml': cluster(hosts),
    'apps/shop.yml': `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${domain}
health_check: { path: /, timeout: 5, retries: 0 }
servers:
${on('web-1')}${on('web-2', ', daemons: [ { name: idle, command: sleep 1000000, workers: 2, stop_wait_timeout: 10 } ]')}${on('web-3')}`,
  })
}))

const contents = () => Promise.all(hosts.map((host) => host.must(`cat ${ENV}`)))
const names = () => Promise.all(hosts.map(async (host) => (await get(host, { domain, path: '/' })).body))
const edit = (text: string) => writeFileSync(join(at.folder, '.env.shop'), text, { mode: 0o600 })
const local = () => readFileSync(join(at.folder, '.env.shop'), 'utf8')

promise('before the app is even configured a push makes its user and folders, and the first release finds its file', async () => {
  edit("NAME=one\nQUOTED='a # $b `c`'\nNO_NEWLINE=\"at\nthe end\"")
  const answer = await at.expect(0, 'env:push', 'shop', '--yes')
  process.stderr.write(answer.said)
  assert.equal(await contents(), [local(), local(), local()])
  for (const host of hosts) assert.is(await host.must(`stat -c '%a %U:%G %F' ${ENV}`), '600 shop:shop regular file\n')
  await at.expect(0, 'app:configure', 'shop', '--yes')
  await at.expect(0, 'app:release', 'shop', 'main', '--yes')
  assert.equal(await names(), ['one', 'one', 'one'])
  await at.expect(0, 'plan', '--detailed-exitcode')
})

promise('a push shows the keys that change and no value, reaches all servers, and restarts workers; again it is nothing to do', async () => {
  const before = await pidsOf(hosts[1], 'shop', 'idle')
  edit(local().replace('NAME=one', 'NAME=two\nADDED=c4n4ry'))
  const answer = await at.expect(0, 'env:push', 'shop', '--yes')
  process.stderr.write(answer.said)
  assert.match(answer.stdout, /\.env\.shop against web-1, web-2, web-3: 2 keys differ\n +\+ ADDED\n +~ NAME\n/)
  assert.not.match(answer.said, /c4n4ry|two/)
  assert.equal(await names(), ['two', 'two', 'two'])
  const after = await pidsOf(hosts[1], 'shop', 'idle')
  assert.is(after.size, 2)
  assert.ok([...after].every(([name, pid]) => before.get(name) !== pid), 'they read the new file')
  assert.match((await at.expect(0, 'env:push', 'shop', '--yes')).stdout, /web-1, web-2, web-3 have this file already: nothing to do/)
  await at.expect(0, 'plan', '--detailed-exitcode')
})

promise('env:rollback takes it back, and what is pushed when the application cannot live with it is taken back everywhere', async () => {
  const answer = await at.expect(0, 'env:rollback', 'shop', '--yes')
  process.stderr.write(answer.said)
  assert.equal(await names(), ['one', 'one', 'one'])
  edit(local().replace('NAME=two', 'NAME=three\nSICK=1'))
  const sick = await at.expect(7, 'env:push', 'shop', '--yes', '--force')
  process.stderr.write(sick.said)
  assert.match(oneLine(sick.said), /environment file of shop.*was written and was taken back \(all servers have the file that they had before\)/)
  assert.equal(await names(), ['one', 'one', 'one'])
  await at.expect(0, 'plan', '--detailed-exitcode')
})

const _unused = underApp
test.run()
