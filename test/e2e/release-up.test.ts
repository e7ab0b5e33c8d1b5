import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Repository } from '../artifacts/repository.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { oneLine } from './app-definition.ts'
import { repositoryOf } from './app-repository.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, provisioned } from './fleet.ts'
import { get } from './load.ts'
import { inDrills } from './promise.ts'
import { asApp } from './release.ts'
import { pidsOf } from './workers.ts'

// A server that is dead while the others are released, and one that was replaced: each catches up with one command.

let one: LabHost
let two: LabHost
let at: Desk
let repo: Repository
const domain = 'shop.example.com'
const ENVIRONMENT = '/home/shop/shop/.flight/shared/.env'
const BYTES = `APP_KEY="a # value"\\nOTHER='no newline at the end'`

test.before(
  loud(async () => {
    ;[one, two] = await provisioned('web-1', 'web-2')
    repo = repositoryOf('plain')
    repo.commit('With a worker', { worker: '<?php while (true) sleep(1);\n' })
    at = await desk({
      'clusters/web.yml': cluster([one, two]),
      'apps/shop.yml':
        `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${domain}
health_check: /
linked_dirs: [ storage/app ]
servers:
  - { name: web-1, web: { pm: static, max_workers: 3 } }
  - { name: web-2, web: { pm: static, max_workers: 3 }, daemons: [ { name: idle, command: php worker, workers: 1, ` +
        `stop_wait_timeout: 10 } ] }
`,
    })
    await at.expect(0, 'app:configure', 'shop', '--yes')
    for (const host of [one, two])
      await host.must(
        `printf '${BYTES.replaceAll("'", `'"'"'`)}' | install -o shop -g shop -m 600 /dev/stdin ${ENVIRONMENT}`,
      )
    await at.expect(0, 'app:release', 'shop', 'main', '--yes')
  }),
)

const served = async (host: LabHost) => /^release (\S+),/.exec((await get(host, { domain, path: '/' })).body)?.[1]

inDrills(
  'a dead server stops a release before anything happens, and says how to go on without it; later it catches up',
  async () => {
    const before = await served(one)
    await two.stop()
    const commit = repo.commit('While one is dead', { 'version.txt': 'two' })
    const { said } = await at.expect(6, 'app:release', 'shop', 'main', '--yes')
    assert.match(
      oneLine(said),
      /A release is on all servers or on none\. To release without web-2, .*: --without-server web-2/,
    )
    assert.is(await served(one), before)
    await one.must(`! ls /var/lib/flight/releases/shop/${commit.slice(0, 12)}-1`)
    const without = await at.expect(0, 'app:release', 'shop', 'main', '--yes', '--without-server', 'web-2')
    assert.match(oneLine(without.stdout), /! shop is not released on web-2, which is left out/)
    assert.is(await served(one), `${commit.slice(0, 12)}-1`)
    await two.boot()
    assert.is(await served(two), before, 'it serves what it has')
    assert.match(
      oneLine((await at.expect(0, 'plan')).stdout),
      new RegExp(
        `shop serves ${before} here, and ${commit.slice(0, 12)}-1 on web-1: flight up --server NAME brings the one ` +
          `that is behind`,
      ),
    )
    await at.expect(0, 'up', '--server', 'web-2', '--yes')
    assert.is(await served(two), `${commit.slice(0, 12)}-1`)
    assert.is((await pidsOf(two, 'shop', 'idle')).size, 1)
    assert.match((await at.expect(0, 'up', '--server', 'web-2', '--yes')).stdout, /shop: serves \S+, as the others do/)
  },
)

inDrills(
  'a replaced server gets all that it needs: what the definitions say, the environment file, the live release, its ' +
    'workers',
  async () => {
    const live = await served(one)
    await two.reset()
    const plan = await at.expect(0, 'plan')
    assert.match(
      oneLine(plan.stdout),
      new RegExp(`no release of shop is live here, and ${live} on web-1: flight up --server web-2`),
    )
    const { stdout } = await at.expect(0, 'up', '--server', 'web-2', '--yes')
    assert.match(oneLine(stdout), /create environment file of shop .*the bytes of web-1/)
    assert.not.match(stdout, /a # value/)
    assert.is(await served(two), live)
    assert.is(
      await two.must(`stat -c '%a %U:%G' ${ENVIRONMENT} && sha256sum <${ENVIRONMENT}`),
      await one.must(`stat -c '%a %U:%G' ${ENVIRONMENT} && sha256sum <${ENVIRONMENT}`),
    )
    assert.is((await pidsOf(two, 'shop', 'idle')).size, 1)
    await at.expect(0, 'plan', '--detailed-exitcode')
    assert.is((await asApp(two, 'shop', 'readlink shop/current')).trim(), `releases/${live}`)
  },
)

test.run()
