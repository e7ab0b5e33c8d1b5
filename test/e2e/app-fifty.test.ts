import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { FULL } from './drill-size.ts'
import { provisioned, web } from './fleet.ts'
import { promise } from './promise.ts'
import { goLive } from './release.ts'

// Many apps on two web servers, fifty in the drills: what is asked grows, how often does not.

const NAMES = Array.from({ length: FULL ? 50 : 12 }, (_, index) => `app-${String(index + 1).padStart(2, '0')}`)

let at: Desk
let hosts: LabHost[]

test.before(
  loud(async () => {
    hosts = await provisioned('web-1', 'web-2')
    at = await desk(web(hosts))
  }),
)

// How often each server was connected to, and how many channels were opened on it, meanwhile.
async function counted(work: () => Promise<unknown>): Promise<string[]> {
  const marks = hosts.map((host) => host.sshActivity(0).mark)
  await work()
  return hosts.map((host, index) => {
    const seen = host.sshActivity(marks[index])
    return `${seen.connections} connection, ${seen.commands + seen.subsystems + seen.shells} channel`
  })
}

promise(
  'all apps are configured by one plan, each service loads once on each server, and every app answers',
  async () => {
    for (const name of NAMES)
      at.put(
        `apps/${name}.yml`,
        app(
          name,
          ['web-1', 'web-2'].map(
            (server) =>
              `{ name: ${server}, web: { pm: ondemand, max_workers: 2 }, scheduler: ` +
              `${server === 'web-1' ? 'on' : 'off'} }`,
          ),
        ),
      )
    const { stdout } = await at.expect(0, 'plan')
    assert.is(stdout.match(/\* reload PHP 8\.2 FPM on/g)?.length, 1)
    await at.expect(0, 'apply', 'plan.json')
    for (const host of hosts) {
      const answers = await host.must(
        NAMES.map(
          (name) => `curl -s -o /dev/null -w '%{http_code}\\n' -H 'Host: ${name}.example.com' http://127.0.0.1/`,
        ).join('\n'),
      )
      // Without a release there is nothing to answer with yet, and it is the app's own site that says so.
      assert.equal(
        answers.trim().split('\n'),
        NAMES.map(() => '503'),
      )
    }
  },
)

promise('with nothing to do, a plan is one connection and one channel a server, as with one app', async () => {
  assert.equal(await counted(() => at.expect(0, 'plan', '--detailed-exitcode')), [
    '1 connection, 1 channel',
    '1 connection, 1 channel',
  ])
  assert.equal(await counted(() => at.expect(0, 'drift')), ['1 connection, 1 channel', '1 connection, 1 channel'])
})

promise('one of them changes: only its files are written, and the others go on', async () => {
  await goLive(hosts[0] as LabHost, 'app-07', 'plain')
  await at.expect(0, 'app:configure', 'app-07', '--yes')
  at.put('apps/app-07.yml', app('app-07', [serves('web-1', 3), serves('web-2', 3)]))
  const { stdout } = await at.expect(2, 'plan', '--detailed-exitcode')
  assert.match(stdout, '~ update 1 file on web-1, web-2: /etc/php/8.2/fpm/pool.d/flight-app-07.conf')
  assert.match(stdout, '- retire 1 file on web-1: /etc/cron.d/flight-app-07')
  await at.expect(0, 'apply', 'plan.json')
  assert.match(await (hosts[0] as LabHost).must(`curl -s -H 'Host: app-07.example.com' http://127.0.0.1/`), 'release')
})

test.run()
