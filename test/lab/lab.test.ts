import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { labUnavailable } from './available.ts'
import { makeOnce } from './lock.ts'
import { hosts, sharedLab, ssh } from './shared.ts'

const promise = labUnavailable() === undefined ? test : test.skip

const both = () => hosts({ name: 'lab-bookworm', suite: 'bookworm' }, { name: 'lab-trixie', suite: 'trixie' })
const one = async () => (await both())[0]

promise('hosts of both releases boot, and their systemd is content', async () => {
  for (const host of await both()) {
    assert.is(await host.must('. /etc/os-release; echo $VERSION_CODENAME'), `${host.suite}\n`)
    assert.is(await host.must('uname -n'), `${host.name}\n`)
    assert.is((await host.run('systemctl is-system-running')).stdout, 'running\n')
  }
})

promise('ssh with the key of the lab and strict host key checking enters as root, ops and nosudo', async () => {
  for (const host of await both()) {
    assert.is((await ssh(host.name, 'id -un')).stdout, 'root\n')
    assert.is((await ssh('-l', 'ops', host.name, 'sudo -n id -un')).stdout, 'root\n')
    const refused = await ssh('-l', 'nosudo', host.name, 'sudo -n id -un')
    assert.is.not(refused.code, 0)
    assert.match(refused.stderr, 'a password is required')
  }
})

promise('what sshd did is counted: connections, commands, subsystems', async () => {
  for (const host of await both()) {
    const { mark } = host.sshActivity()
    await ssh(host.name, 'true')
    await ssh(host.name, 'true')
    const { connections, commands, shells } = host.sshActivity(mark)
    assert.equal({ connections, commands, shells }, { connections: 2, commands: 2, shells: 0 })
  }
})

promise('a bare host knows no packages; after apt-get update it installs one', async () => {
  for (const host of await both()) {
    await host.reset()
    assert.is.not((await host.run('apt-get install -y tree')).code, 0)
    await host.must('apt-get -q update && apt-get -q -y install tree && tree --version')
  }
})

promise('a power cut keeps the disk and the host keys; a reset forgets both', async () => {
  const host = await one()
  await host.must('echo kept > /etc/kept && sync')
  const before = host.hostKeyFingerprint()
  await host.kill()
  assert.not.ok(host.isOn())
  await host.boot()
  assert.is(await host.must('cat /etc/kept'), 'kept\n')
  assert.is(host.hostKeyFingerprint(), before)
  assert.is((await ssh(host.name, 'true')).code, 0)
  await host.reset()
  assert.is.not((await host.run('cat /etc/kept')).code, 0)
  assert.is.not(host.hostKeyFingerprint(), before)
  assert.is((await ssh(host.name, 'true')).code, 0)
})

promise('a host that is off is still known, and does not answer', async () => {
  const [host, other] = await both()
  await host.stop()
  await other.reset()
  const { places } = await sharedLab()
  assert.match(readFileSync(places.knownHosts, 'utf8'), `${host.address},${host.name} ssh-ed25519`)
  assert.is((await ssh(host.name, 'true')).code, 255)
  await host.boot()
  assert.is((await ssh(host.name, 'true')).code, 0)
})

promise('a reboot from inside finds its network again', async () => {
  const host = await one()
  const before = host.leader()
  await host.reboot()
  assert.is.not(host.leader(), before)
  assert.is((await ssh(host.name, 'true')).code, 0)
})

promise('units of the same name on two hosts do not reach for each other', async () => {
  const [first, second] = await both()
  for (const host of [first, second]) await host.must('systemd-run --unit same sleep 300')
  await first.must('systemctl kill --signal KILL same; systemctl stop same; true')
  assert.is((await second.run('systemctl is-active same')).stdout, 'active\n')
  await second.must('systemctl stop same')
})

promise(
  'what several need at once is made once: the others wait for the first, and go on where it failed',
  async () => {
    const folder = `/nonexistent/${process.pid}`
    let isThere = false
    const made: string[] = []
    const want = (who: string, make: () => Promise<void>) =>
      makeOnce(
        folder,
        () => isThere,
        async () => {
          made.push(who)
          await make()
        },
      )
    let fail = () => {}
    const first = want('first', () => new Promise<void>((_, reject) => (fail = () => reject(new Error('it broke')))))
    while (made.length === 0) await sleep(10)
    const others = ['second', 'third'].map((who) =>
      want(who, async () => {
        isThere = true
      }),
    )
    await sleep(500)
    assert.equal(made, ['first'], 'nobody begins meanwhile')
    fail()
    assert.is(await first.catch((error: Error) => error.message), 'it broke')
    await Promise.all(others)
    assert.is(made.length, 2, 'one of the others made it, and the last found it made')
  },
)

promise('a warm layer stands on another one', async () => {
  const lab = await sharedLab()
  const [lower, upper] = [`lower ${process.pid}`, `upper ${process.pid}`]
  await lab.warmUp('bookworm', lower, async (host) => void (await host.must('echo lower > /etc/lower')))
  await lab.warmUp('bookworm', upper, async (host) => void (await host.must('cp /etc/lower /etc/upper')), lower)
  const [host] = await lab.startHosts([{ name: 'lab-upper', suite: 'bookworm', warm: upper }])
  assert.is(await host.must('cat /etc/lower /etc/upper'), 'lower\nlower\n')
  await host.remove()
  for (const key of [upper, lower]) lab.dropWarm('bookworm', key)
})

promise('a warm layer is what other hosts start from', async () => {
  const lab = await sharedLab()
  const key = `test ${process.pid}`
  await lab.warmUp('bookworm', key, async (host) => {
    await host.must('echo made once > /etc/warm')
  })
  const [warm] = await lab.startHosts([{ name: 'lab-warm', suite: 'bookworm', warm: key }])
  assert.is(await warm.must('cat /etc/warm; hostname'), 'made once\nlab-warm\n')
  await warm.reset()
  assert.is(await warm.must('cat /etc/warm'), 'made once\n')
  await warm.remove()
  assert.not.ok(existsSync(warm.root))
  assert.not.match(readFileSync('/proc/mounts', 'utf8'), 'lab-warm')
  lab.dropWarm('bookworm', key)
})

test.run()
