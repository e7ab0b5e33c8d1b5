import { join } from 'node:path'
import { allRecords } from '../test/lab/host-record.ts'
import { runningMachine } from '../test/lab/machine.ts'
import { installMissingPackages } from '../test/lab/packages.ts'
import type { Children } from './children.ts'
import { type Places, SERVERS, SUITE } from './places.ts'
import { say, since } from './say.ts'

// Boots the servers unless they run already.
export async function bootServers(places: Places, children: Children): Promise<void> {
  const hosts = hostsOf(places)
  if (
    hosts.length === SERVERS.length &&
    hosts.every((host) => host.isOn && SERVERS.some((name) => name === host.name))
  ) {
    say('They run already, from an earlier quickstart.')
    return
  }
  // Here and not in the lab's own process: apt is not killed half way, so an interrupt waits for it.
  await installMissingPackages((line) => say(`${line} (apt-get; up to a minute)`))
  children.refuseIfInterrupted()
  if (hosts.length > 0) await endServers(places, children)
  const began = Date.now()
  const code = await children.run(
    process.execPath,
    [...lab(places), 'up', ...SERVERS.map((name) => `${name}:${SUITE}`)],
    labWay(places),
  )
  if (code !== 0) throw new Error('the servers do not start')
  say(`Booted ${since(began)}.`)
}

export function endServers(places: Places, children: Children): Promise<number> {
  return children.finish(process.execPath, [...lab(places), 'down'], labWay(places))
}

export function hostsOf(places: Places): { name: string; address: string; isOn: boolean }[] {
  return allRecords(places.lab.hosts).map(({ name, octet }) => ({
    name,
    address: places.lab.addressOf(octet),
    isOn: runningMachine(join(places.lab.hosts, name)) !== undefined,
  }))
}

const lab = (places: Places) => ['--import', import.meta.resolve('tsx'), join(places.root, 'test/lab/cli.ts')]
const labWay = (places: Places) => ({ env: { FLIGHT_LAB_ID: String(places.lab.id) } })
