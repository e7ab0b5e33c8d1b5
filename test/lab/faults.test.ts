import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { labUnavailable } from './available.ts'
import { sshdAnswers } from './ready.ts'
import { hosts, ssh } from './shared.ts'

const promise = labUnavailable() === undefined ? test : test.skip

const both = () => hosts({ name: 'lab-bookworm', suite: 'bookworm' }, { name: 'lab-trixie', suite: 'trixie' })
const one = async () => (await both())[0]

promise('without the way to the internet, apt fails at once, and works again afterwards', async () => {
  const host = await one()
  await host.loseInternet()
  const began = Date.now()
  assert.is.not((await host.run('apt-get -q -o APT::Update::Error-Mode=any -o Acquire::Retries=0 update')).code, 0)
  assert.ok(Date.now() - began < 10_000)
  await host.regainInternet()
  await host.must('apt-get -q -o APT::Update::Error-Mode=any update')
})

promise('a cut cable and silence are felt, and end', async () => {
  const host = await one()
  await host.cutCable()
  assert.not.ok(await sshdAnswers(host.address))
  await host.plugCable()
  assert.ok(await sshdAnswers(host.address))
  await host.silence()
  assert.not.ok(await sshdAnswers(host.address))
  await host.speak()
  assert.ok(await sshdAnswers(host.address))
})

promise('dropped connections end the client, and sshd takes new ones', async () => {
  for (const host of await both()) {
    const going = ssh(host.name, 'sleep 30')
    while (host.sshActivity().commands === 0 || (await host.run('pgrep -x sleep')).code !== 0) await sleep(20)
    const began = Date.now()
    await host.dropConnections()
    assert.is((await going).code, 255)
    assert.ok(Date.now() - began < 5000)
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
