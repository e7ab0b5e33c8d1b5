import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { labUnavailable } from './available.ts'
import { type LabHost } from './host.ts'
import { sshdAnswers } from './ready.ts'
import { hosts, ssh } from './shared.ts'

const promise = labUnavailable() === undefined ? test : test.skip

const both = () => hosts({ name: 'lab-bookworm', suite: 'bookworm' }, { name: 'lab-trixie', suite: 'trixie' })
// One look lasts a second at most, which a slow machine may need more than once.
async function answers(host: LabHost): Promise<void> {
  while (!(await sshdAnswers(host.address))) await sleep(100)
}

const one = async () => (await both())[0]

promise('without the way to the internet, apt fails at once, and works again afterwards', async () => {
  const host = await one()
  await host.loseInternet()
  const refused = await host.run('apt-get -q -o APT::Update::Error-Mode=any -o Acquire::Retries=0 update')
  assert.is.not(refused.code, 0)
  assert.not.match(refused.stderr, /timed out/i, 'no connection was waited for')
  await host.regainInternet()
  await host.must('apt-get -q -o APT::Update::Error-Mode=any update')
})

promise('a cut cable and silence are felt, and end', async () => {
  const host = await one()
  await host.cutCable()
  assert.not.ok(await sshdAnswers(host.address))
  await host.plugCable()
  await answers(host)
  await host.silence()
  assert.not.ok(await sshdAnswers(host.address))
  await host.speak()
  await answers(host)
})

promise('dropped connections end the client long before its command ends, and sshd takes new ones', async () => {
  for (const host of await both()) {
    const going = ssh(host.name, 'sleep 36000')
    while (host.sshActivity().commands === 0 || (await host.run('pgrep -x sleep')).code !== 0) await sleep(20)
    await host.dropConnections()
    assert.is((await going).code, 255)
    assert.is((await ssh(host.name, 'true')).code, 0)
  }
})

promise('a small disk is full soon', async () => {
  const host = await one()
  await host.smallDisk('/srv/small', '1m')
  const full = await host.run('head -c 2000000 /dev/zero > /srv/small/file')
  assert.is.not(full.code, 0)
  assert.match(full.stderr, 'No space left on device')
  await host.removeSmallDisk('/srv/small')
})

test.run()
