import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServiceStep } from '../../src/model/step.ts'
import { stepShell } from '../../src/steps/sorts.ts'
import { EXIT_BAD_CONFIGURATION } from '../../src/steps/step.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { provisioned } from './fleet.ts'
import { fpmReload } from './fpm-step.ts'

// What php-fpm -t lets pass and a reload then dies of, shown on the step that reloads it.

const FOLDER = '/etc/php/8.2/fpm/pool.d'
let web: LabHost

const reload = (more: Partial<ServiceStep> = {}, plan = 'a') => fpmReload('8.2', more, plan)
const master = async () => (await web.must('cat /run/php/php8.2-fpm.pid')).trim()

async function pool(name: string, lines: string, file = `${name}.conf`): Promise<void> {
  await web.must(
    `cat >${FOLDER}/${file} <<'E'\n[${name}]\nuser = www-data\npm = ondemand\npm.max_children = 2\nping.path = ` +
      `/flight-ping\npm.status_path = /flight-status\n${lines}\nE`,
  )
}

test.before(
  loud(async () => {
    ;[web] = await provisioned('pools-1')
  }),
)

test.after.each(async () => {
  await web.must(`rm -f ${FOLDER}/hand*.conf ${FOLDER}/flight-*.conf`)
})

const REFUSED: [what: string, lines: string, says: RegExp][] = [
  [
    'a socket in a folder that is not there',
    'listen = /run/nowhere/hand.sock',
    /hand\.conf:7: the folder of the socket, \/run\/nowhere, is not there/,
  ],
  [
    'an unknown user of its ACL',
    'listen = /run/php/hand.sock\nlisten.acl_users = www-data, nobodyatall',
    /hand\.conf:8: there is no user nobodyatall/,
  ],
  [
    'an unknown group of its ACL',
    'listen = /run/php/hand.sock ; a comment\nlisten.acl_groups = nogroupatall',
    /hand\.conf:8: there is no group nogroupatall/,
  ],
  ['an unknown user', 'listen = /run/php/hand.sock\nuser = nobodyatall', /hand/],
  ['a directive that FPM does not know', 'listen = /run/php/hand.sock\npm.max_kids = 3', /hand\.conf:8/],
]

for (const [what, lines, says] of REFUSED) {
  test(`a pool with ${what} is named with its file and line, and FPM is not reloaded`, async () => {
    const before = await master()
    const loaded = await web.must('stat -c %Y /run/php/php8.2-fpm.pid')
    await pool('hand', lines)
    const result = await web.run(reload())
    assert.is(result.code, EXIT_BAD_CONFIGURATION, result.stderr)
    assert.match(result.stderr, says)
    assert.is(await master(), before)
    assert.is(await web.must('stat -c %Y /run/php/php8.2-fpm.pid'), loaded)
    await web.must('systemctl is-active php8.2-fpm')
  })
}

test('what an interrupted run left unloaded is put back by the plan that wrote it, and by no other', async () => {
  const path = `${FOLDER}/flight-cut.conf`
  const write = (content: string, plan: string) =>
    stepShell(
      { step: 'write', path, content, mode: '644', owner: 'root', group: 'root', scope: 'app:cut' },
      { plan: `sha256:${plan.repeat(64)}` },
    ).text
  const good = '[cut]\nuser = www-data\nlisten = /run/php/flight-cut-8.2.sock\npm = ondemand\npm.max_children = 1\n'
  const bad = `${good}pm.max_kids = 3\n`
  await web.must(write(good, 'b'))
  await web.must(reload())
  const before = await master()
  await web.must(write(bad, 'c'))
  const other = await web.run(reload())
  assert.is(other.code, EXIT_BAD_CONFIGURATION)
  assert.match(other.stderr, /flight-cut\.conf:6/)
  assert.match(other.stderr, "the test still fails without this plan's files: something else there is wrong")
  assert.is(await web.must(`cat ${path}`), bad)
  const own = await web.run(reload({ changes: [path] }, 'c'))
  assert.is(own.code, EXIT_BAD_CONFIGURATION)
  assert.not.match(own.stderr, "the test still fails without this plan's files")
  assert.is(await web.must(`cat ${path}`), good)
  assert.is(await master(), before)
  await web.must('php-fpm8.2 -t')
  await web.must(reload())
})

test('a second pool of a name that Flight uses is refused, others may repeat theirs', async () => {
  await pool('shop', 'listen = /run/php/flight-shop-8.2.sock', 'flight-shop.conf')
  await pool('shop', 'listen = /run/php/hand.sock', 'hand.conf')
  const result = await web.run(reload())
  assert.is(result.code, EXIT_BAD_CONFIGURATION)
  assert.match(result.stderr, /hand\.conf:1: the pool \[shop\] is defined twice, first in .*flight-shop\.conf:1/)
})

test('a reload is done when every pool answers through its own socket, with a start of after the reload', async () => {
  await pool('shop', 'listen = /run/php/flight-shop-8.2.sock', 'flight-shop.conf')
  await web.must(reload({ pools: [{ name: 'shop', socket: '/run/php/flight-shop-8.2.sock' }] }))
})

test('a pool that does not answer is a failure that names it', async () => {
  await pool('shop', 'listen = /run/php/flight-shop-8.2.sock', 'flight-shop.conf')
  const result = await web.run(reload({ pools: [{ name: 'blog', socket: '/run/php/flight-blog-8.2.sock' }] }), {
    timeoutSeconds: 120,
  })
  assert.is(result.code, 1)
  assert.match(result.stderr, /the pool \[blog\] does not answer on \/run\/php\/flight-blog-8\.2\.sock/)
})

test.run()
