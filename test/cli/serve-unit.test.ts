import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN, flight, fleet, folderWith } from './flight-process.ts'

const CLUSTER = 'php: [ 8.2 ]\nservers:\n  - { name: web-1, host: 192.0.2.1 }\n'

test('it prints the unit of the folder where it is called', async () => {
  const cwd = fleet()
  const { exit, stdout, stderr } = await flight(['serve:unit'], { cwd })
  assert.is(exit, 0, stderr)
  assert.match(stdout, `ExecStart=:"${BIN}" serve --definitions "${cwd}"\n`)
  assert.match(stdout, `ReadWritePaths="${join(cwd, 'state')}"\n`)
  assert.match(stdout, 'CapabilityBoundingSet=\n')
  assert.match(stdout, 'User=flight\n')
  assert.match(stderr, 'has a temporary folder of its own')
})

test('port, state, user and flight itself are those that are said', async () => {
  const cwd = folderWith({
    'flight.yml': 'state: /var/lib/flight-serve\nserve: { listen: "127.0.0.1:80" }\n',
    'clusters/a.yml': CLUSTER,
  })
  const { exit, stdout, stderr } = await flight(
    ['serve:unit', '--user', 'deploy', '--bin', '/opt/flight 1/flight', '--json'],
    { cwd },
  )
  assert.is(exit, 0, stderr)
  const { user, state, unit } = JSON.parse(stdout) as { user: string; state: string; unit: string }
  assert.equal([user, state], ['deploy', '/var/lib/flight-serve'])
  assert.match(unit, 'ExecStart=:"/opt/flight 1/flight" serve')
  assert.match(unit, 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n')
})

test("a state folder below ~ is the service user's", async () => {
  const cwd = folderWith({ 'clusters/a.yml': CLUSTER })
  const stateIn = async (folder: string) =>
    (
      JSON.parse(
        (await flight(['serve:unit', '--user', 'no-such-user', '--json'], { cwd: folder, env: { HOME: '/srv/me' } }))
          .stdout,
      ) as { state: string }
    ).state
  assert.is(await stateIn(cwd), '/home/no-such-user/.local/state/flight')
  const folder = folderWith({ 'flight.yml': 'state: ~/flight-state\n', 'clusters/a.yml': CLUSTER })
  assert.is(await stateIn(folder), '/home/no-such-user/flight-state')
  assert.is(
    await stateIn(folderWith({ 'flight.yml': 'state: /srv/me/state\n', 'clusters/a.yml': CLUSTER })),
    '/srv/me/state',
  )
})

test('what cannot be is refused', async () => {
  const { exit, stdout, stderr } = await flight(['serve:unit', '--user', 'a b'], { cwd: fleet() })
  assert.equal([exit, stdout], [5, ''])
  assert.match(stderr, 'FLIGHT_USAGE')
})

test.run()
