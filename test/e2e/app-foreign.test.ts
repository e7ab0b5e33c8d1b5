import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, forget, oneLine, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { provisioned, web } from './fleet.ts'
import { get, unharmed, type Visit } from './load.ts'
import { promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { goLive, putFixture } from './release.ts'
import { RELOAD_NGINX, sitePaths, sitesByHand } from './site-by-hand.ts'
import { remember } from './untouched.ts'

// A server on which somebody has sites of their own. Flight works beside them: they answer through everything, and what
// they have taken is not taken from them.

let at: Desk
let host: LabHost
let theirs: string

const SITES = [
  { name: 'legacy', domain: 'legacy.example.com' },
  { name: 'intranet', domain: 'intranet.example.com' },
]

const VISITS: Visit[] = SITES.flatMap(({ domain }) => [
  { domain, path: '/', visitors: 2, says: /^release theirs, PHP 8\.2/ },
  { domain, path: '/slow/500', visitors: 1, says: /^release theirs/ },
])

test.before(
  loud(async () => {
    ;[host] = await provisioned('web-1')
    // A copy of its own: what later releases copy is written again meanwhile.
    await host.must(`cp -r ${await putFixture(host, 'plain')} /srv/theirs`)
    const root = '/srv/theirs/public'
    await sitesByHand(
      host,
      SITES.map((site) => ({ ...site, root })),
    )
    at = await desk(web([host]))
    theirs = await files()
  }),
)

// What is theirs, to the byte, with its times.
async function files(): Promise<string> {
  const paths = SITES.flatMap((site) => Object.values(sitePaths(site)))
  return host.must(`stat -c '%n %y %a %U:%G' ${paths.join(' ')} && cat ${paths.join(' ')}`)
}

promise(
  'an app is configured beside them, changed, switched off: nobody of theirs fails, nothing of theirs is touched',
  async () => {
    const shop = (workers: number, more = '') => app('shop', [serves('web-1', workers)], { more })
    await unharmed(host, VISITS, async (load) => {
      await load.over(() => configure(at, 'shop', shop(4)))
      await goLive(host, 'shop', 'plain')
      await load.over(() => configure(at, 'shop', shop(6, 'request_payload: 20\nrequest_memory: 300\n')))
      assert.match((await get(host, { domain: 'shop.example.com', path: '/' })).body, /^release a{12}-1/)
      await load.over(() => configure(at, 'blog', app('blog', [serves('web-1')])))
      forget(at, 'blog')
      await at.expect(0, 'plan')
      assert.ok(told(planOn(at)).some((line) => line.startsWith('retire ')))
      await at.expect(0, 'apply', 'plan.json')
    })
    assert.is(await files(), theirs)
    for (const { name } of SITES)
      assert.is(
        (await get(host, { domain: `${name}.example.com`, path: '/whoami' })).body,
        `${name}\n`,
        'their pools, their users',
      )
  },
)

// What somebody has already, and what the plan says of it.
const TAKEN: [string, () => Promise<string>, RegExp][] = [
  [
    'a domain',
    async () => app('taker', [serves('web-1')], { domain: 'intranet.example.com' }),
    /\/etc\/nginx\/sites-(enabled|available)\/intranet\.conf:3.*intranet\.example\.com/,
  ],
  [
    'a domain, as an alias among others',
    async () => {
      await host.must(
        `printf 'server {\\n    listen 80;\\n    server_name a.example.com\\n        alias.example.com;\\n    ` +
          `return 204;\\n}\\n' >/etc/nginx/conf.d/alias.conf && ${RELOAD_NGINX}`,
      )
      return app('taker', [serves('web-1')], { domain: 'alias.example.com' })
    },
    /\/etc\/nginx\/conf\.d\/alias\.conf:[34].*alias\.example\.com/,
  ],
  [
    "a person's account",
    async () => {
      await host.must('mkdir -p /srv/people && useradd --create-home --home-dir /srv/people/person person')
      return app('person', [serves('web-1')])
    },
    /user person/,
  ],
  [
    'an account of somebody in the place where an app would live',
    async () => {
      await host.must('useradd --create-home --shell /bin/bash anna')
      return app('anna', [serves('web-1')])
    },
    /user anna/,
  ],
  [
    'a pool',
    async () => {
      await host.must(
        `printf '[pooled]\\nuser = nobody\\nlisten = /run/php/pooled.sock\\npm = ondemand\\npm.max_children = 1\\n' ` +
          `>/etc/php/8.2/fpm/pool.d/somebody.conf && php-fpm8.2 -t 2>/dev/null && systemctl reload php8.2-fpm`,
      )
      return app('pooled', [serves('web-1')])
    },
    /\/etc\/php\/8\.2\/fpm\/pool\.d\/somebody\.conf:1/,
  ],
]

for (const [what, wanted, said] of ofAll(TAKEN, 1)) {
  promise(`${what} that somebody has is refused while planning, named, and nothing is touched`, async () => {
    const text = await wanted()
    const name = /\/srv\/git\/([a-z]+)\.git/.exec(text)?.[1] ?? ''
    at.put(`apps/${name}.yml`, text)
    const untouched = await remember([host])
    try {
      const { said: refusal } = await at.expect(1, 'app:configure', name, '--yes')
      assert.match(oneLine(refusal), said, refusal)
      assert.match(oneLine(refusal), /FLIGHT_CONFLICT/, refusal)
      assert.match(refusal, /way out: /)
      await untouched()
    } finally {
      forget(at, name)
    }
  })
}

promise('an account that no app may take is refused where it is written, before any server is asked', async () => {
  at.put('apps/www-data.yml', app('www-data', [serves('web-1')]))
  await at.expect(5, 'validate')
  await at.expect(5, 'plan')
  forget(at, 'www-data')
})

promise('after all that, everything of theirs and of ours is as defined', async () => {
  assert.is(await files(), theirs)
  await at.expect(0, 'plan', '--detailed-exitcode')
})

test.run()
