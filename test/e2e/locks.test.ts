import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { LastingHost } from '../../src/engine/host/kept-hosts.ts'
import { openRemoteHost } from '../../src/engine/host/remote-host.ts'
import type { Holder, LockClaim } from '../../src/model/host.ts'
import { createConnector, type Connector } from '../../src/transport/connector.ts'
import { words } from '../../src/shell/quote.ts'
import type { LabHost } from '../lab/host.ts'
import { hosts, sharedLab } from '../lab/shared.ts'
import { HOLDER, server, SSH } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { loud } from '../support/loud.ts'
import { codesOf, refusal } from '../support/runs.ts'
import { isolated, within } from '../transport/world.ts'
import { promise } from './promise.ts'

// Who may hold a server's lock on a real host, and who is believed to: root alone. mallory is the user of some app.

let lab: LabHost
let near: Connector
const open = new Set<LastingHost>()

test.before(
  loud(async () => {
    ;[lab] = await hosts({ name: 'web-1', suite: 'bookworm' })
    const { places } = await sharedLab()
    near = createConnector({ ...isolated(), sshConfigFile: places.sshConfig })
    await lab.must('useradd --create-home --shell /bin/sh mallory')
  }),
)
test.after.each(async () => {
  for (const host of open) host.close()
  open.clear()
  await lab.must('systemctl stop "try-*"')
})
test.after(() => near?.close())

async function connected(): Promise<LastingHost> {
  const to = server(lab.name, { host: lab.name, ssh: { ...SSH, port: undefined } })
  const host = await within(openRemoteHost(to, (each) => near.connect(each)))
  open.add(host)
  return host
}

const PLAN = `sha256:${'a'.repeat(64)}`
const app = (name: string): LockClaim => [{ app: name, release: '' }]
const taken = async (claim: LockClaim) => within((await connected()).lock(HOLDER, PLAN, claim))

const FORGED: Holder = { who: 'mallory', from: 'nowhere', what: 'waiting for ransom', since: '' }

// Runs a script in a unit of its own, as somebody, until the test is over; resolves once it said that it is ready.
let number = 0
async function stays(who: string, script: string): Promise<void> {
  const ready = `/tmp/ready-${++number}`
  const unit = `try-${number}`
  const inUnit = words('systemd-run', '--quiet', '--collect', `--unit=${unit}`, `--uid=${who}`)
  await lab.must(`${inUnit} ${words('/bin/sh', '-c', script.replaceAll('READY', `: >${ready}`))}`)
  await eventually(async () => (await lab.run(`test -e ${ready}`)).code === 0, `${unit} is ready`)
}

promise(
  'no lock of a user holds anybody up: of the folders that everybody may open, or with a name of ours',
  async () => {
    // These folders are there once somebody has worked on an app.
    await (await taken(app('shop'))).release()
    await stays(
      'mallory',
      'exec 9</var/lib 8</run/flight/lock/shop; flock -x 9 && flock -x 8 && READY; ' +
        words('sh', '-c', 'sleep 600; :', 'flight-lock', 'server', JSON.stringify(FORGED)),
    )
    assert.equal(await (await connected()).holders(), [])
    for (const claim of ['server', app('shop'), app('blog')] as const) await (await taken(claim)).release()
    const [first, second] = [await taken(app('shop')), await taken(app('blog'))]
    assert.equal(codesOf(await refusal(taken(app('shop')))), ['FLIGHT_LOCKED'])
    for (const lock of [first, second]) await lock.release()
  },
)

promise('a program of root that a user started is not believed either', async () => {
  await stays(
    'mallory',
    'exec 9</var/lib; flock -x 9 && READY; sleep 600 | ' +
      words('su', 'root', 'flight-lock', 'server', JSON.stringify(FORGED)),
  )
  await eventually(async () => (await lab.run('pgrep -u root -x su')).code === 0, 'su asks for a password')
  assert.equal(await (await connected()).holders(), [])
  await (await taken('server')).release()
})

promise('a user can open no folder where locks lie', async () => {
  const lock = await taken(app('shop'))
  assert.is(await lab.must('stat -c "%a %U" /run/flight/locks /run/flight/locks/shop'), '700 root\n700 root\n')
  const { code } = await lab.run('runuser -u mallory -- flock -n /run/flight/locks/shop true')
  assert.is.not(code, 0)
  await lock.release()
})

// What the version before did, word for word.
const BEFORE = `exec 9</var/lib || exit 70
if [ "$1" = server ]; then
  flock -n -x 9 || exit 75
else
  flock -n -s 9 || exit 75
  fd=3
  for app in $1; do
    mkdir -p "/run/flight/lock/$app" || exit 70
    eval "exec $fd<\\"/run/flight/lock/\\$app\\""
    flock -n -x $fd || exit 75
    fd=$((fd + 1))
  done
fi
READY
while sleep 600; do :; done 3<&- 9<&-`

const before = (claim: string) =>
  words('/bin/sh', '-c', BEFORE, 'flight-lock', claim, JSON.stringify({ ...HOLDER, who: 'grace' }))

promise('an older controller and this one exclude each other', async () => {
  await stays('root', before('server'))
  assert.match((await refusal(taken('server'))).message, /is held by grace/)
  assert.match((await refusal(taken(app('shop')))).message, /is held by grace/)
  await lab.must('systemctl stop "try-*"')
  await stays('root', before('shop'))
  assert.match((await refusal(taken('server'))).message, /is held by grace/)
  assert.match((await refusal(taken(app('shop')))).message, /is held by grace/)
  await (await taken(app('blog'))).release()
  await lab.must('systemctl stop "try-*"')
  const old = async (claim: string) => (await lab.run(before(claim).replace('READY', 'exit 0'))).code
  const whole = await taken('server')
  assert.equal([await old('server'), await old('shop')], [75, 75])
  await whole.release()
  const shop = await taken(app('shop'))
  assert.equal([await old('server'), await old('shop'), await old('blog')], [75, 75, 0])
  await shop.release()
  assert.equal([await old('server'), await old('shop')], [0, 0])
})

promise(
  'that a plan is begun is noted for root alone, is found by the next run, and is an error where it cannot be',
  async () => {
    const host = await connected()
    const first = await within(host.lock(HOLDER, PLAN, 'server'))
    assert.is(first.hasBegun, false)
    await lab.must('mkdir -p /var/lib/flight && touch /var/lib/flight/manifest && chmod 644 /var/lib/flight/manifest')
    await host.begin(PLAN)
    await first.release()
    const again = await within(host.lock(HOLDER, PLAN, 'server'))
    assert.is(again.hasBegun, true)
    await again.release()
    const other = await within(host.lock(HOLDER, PLAN.replace('a', 'b'), 'server'))
    assert.is(other.hasBegun, false)
    assert.is(
      await lab.must('stat -c "%a %U" /var/lib/flight/begun /var/lib/flight/begun/* /var/lib/flight/manifest'),
      '700 root\n644 root\n600 root\n',
    )
    await host.record('{}')
    assert.is(await lab.must('stat -c %a /var/lib/flight/history'), '600\n')
    await lab.must('rm -r /var/lib/flight/begun && touch /var/lib/flight/begun')
    const error = await refusal(host.begin(PLAN))
    assert.match(error.message, /web-1: cannot record that this plan has begun, so nothing was done: .*begun/)
    await lab.must('rm /var/lib/flight/begun')
    await other.release()
  },
)

test.run()
