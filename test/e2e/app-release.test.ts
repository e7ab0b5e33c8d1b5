import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Repository } from '../artifacts/repository.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { oneLine } from './app-definition.ts'
import { repositoryOf } from './app-repository.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, withLaravel } from './fleet.ts'
import { get } from './load.ts'
import { promise } from './promise.ts'
import { asApp } from './release.ts'

// Releases of a real Laravel application on three servers: two that answer, one that works.

const domain = 'shop.example.com'
let hosts: LabHost[]
let at: Desk
let repo: Repository

test.before(loud(async () => {
  hosts = await withLaravel('bookworm', 'web-1', 'web-2', 'work-1')
  repo = repositoryOf('laravel')
  at = await desk({ 'clusters/web.yml': cluster(hosts), 'apps/shop.yml': definition() })
}))

function definition(more = ''): string {
  return [
    `repo: ${repo.path}`,
    'php: 8.2',
    'cluster: web',
    `domain: ${domain}`,
    'health_check: /',
    'linked_dirs: [ storage/app, storage/framework/sessions, storage/logs ]',
    'release_commands: [ artisan config:cache, artisan route:cache ]',
    `composer_command: dump-autoload --quiet`,
    more,
    'servers:',
    '  - { name: web-1, web: { pm: static, max_workers: 4 }, deploy_commands: [ "touch storage/app/queue.sqlite && artisan migrate --force" ] }',
    '  - { name: web-2, web: { pm: static, max_workers: 4 } }',
    '  - { name: work-1, deploy_commands: [ "touch storage/app/queue.sqlite && artisan migrate --force" ], queues: [ { name: default, command: queue:work --sleep=1, workers: 2, stop_wait_timeout: 60 } ], scheduler: on }',
    '',
  ].join('\n')
}

promise('before the first environment file is there a release says so, with the command, and sends nothing', async () => {
  await at.expect(0, 'app:configure', 'shop', '--yes')
  const { said } = await at.expect(1, 'app:release', 'shop', 'main', '--yes')
  assert.match(oneLine(said), /web-1 is blocked: .*\.env: is not there: shop has no environment file on this server yet/)
  for (const host of hosts) await host.must('! test -e /var/lib/flight/releases/shop')
  for (const host of hosts) await asApp(host, 'shop', `umask 077; printf 'APP_KEY=base64:%s\\n' "$(head -c 32 /dev/urandom | base64)" >/home/shop/shop/.flight/shared/.env`)
})

promise('the first release goes live on all servers, with workers and schedule', async () => {
  const { said } = await at.expect(0, 'app:release', 'shop', 'main', '--yes')
  console.log(said)
  for (const host of hosts.slice(0, 2)) assert.match((await get(host, { domain, path: '/' })).body, /release [0-9a-f]{12}-1/)
  console.log((await at.expect(0, 'app:releases', 'shop')).said)
  console.log((await at.flight('app:release', 'shop', 'main', '--yes')).said)
  console.log((await at.flight('plan', '--detailed-exitcode')).said)
})

test.run()
