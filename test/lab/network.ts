import { existsSync, writeFileSync } from 'node:fs'
import { must, run } from './command.ts'
import { type LabPlaces } from './places.ts'

// Makes the lab's bridge, its way out through this machine, and its chain of packet rules; gives the packet size.
export async function raiseNetwork(places: LabPlaces): Promise<number> {
  const mtu = await defaultMtu()
  const { bridge, chain, subnet } = places
  if (!existsSync(`/sys/class/net/${bridge}`)) {
    await must('ip', ['link', 'add', bridge, 'type', 'bridge'])
    await must('ip', ['address', 'add', `${places.gateway}/24`, 'dev', bridge])
  }
  await must('ip', ['link', 'set', bridge, 'mtu', String(mtu), 'up'])
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
  const masquerade = ['POSTROUTING', '-s', subnet, '!', '-d', subnet, '-j', 'MASQUERADE']
  if ((await iptables('-t', 'nat', '-C', ...masquerade)).code !== 0)
    await mustIptables('-t', 'nat', '-A', ...masquerade)
  if ((await iptables('-N', chain)).code !== 0) await mustIptables('-F', chain)
  // After the drops of silenced hosts: let ours pass a machine that otherwise forwards nothing.
  await mustIptables('-A', chain, '-i', bridge, '-j', 'ACCEPT')
  await mustIptables('-A', chain, '-o', bridge, '-j', 'ACCEPT')
  for (const from of HOOKS) {
    if ((await iptables('-C', from, '-j', chain)).code !== 0) await mustIptables('-I', from, '-j', chain)
  }
  return mtu
}

// Takes away everything that raiseNetwork made, as far as it is there (forwarding stays on: others may need it by now).
export async function razeNetwork(places: LabPlaces): Promise<void> {
  const { bridge, chain, subnet } = places
  if (existsSync(`/sys/class/net/${bridge}`)) await must('ip', ['link', 'delete', bridge])
  if ((await iptables('-L', chain)).code === 0) {
    for (const from of HOOKS) await iptables('-D', from, '-j', chain)
    await mustIptables('-F', chain)
    await mustIptables('-X', chain)
  }
  await iptables('-t', 'nat', '-D', 'POSTROUTING', '-s', subnet, '!', '-d', subnet, '-j', 'MASQUERADE')
}

// Lets every packet from and to an address vanish, as a firewall or a dead machine does, or stops doing so.
export async function setSilence(chain: string, address: string, silent: boolean): Promise<void> {
  for (const side of ['-s', '-d']) {
    const rule = [chain, side, address, '-j', 'DROP']
    const there = (await iptables('-C', ...rule)).code === 0
    if (silent && !there) await mustIptables('-I', ...rule)
    if (!silent && there) await mustIptables('-D', ...rule)
  }
}

const HOOKS = ['INPUT', 'OUTPUT', 'FORWARD']

function iptables(...args: string[]) {
  return run('iptables', ['-w', '10', ...args])
}

function mustIptables(...args: string[]) {
  return must('iptables', ['-w', '10', ...args])
}

async function defaultMtu(): Promise<number> {
  const routes = JSON.parse(await must('ip', ['-json', 'route', 'show', 'default'])) as { dev: string }[]
  const dev = routes[0]?.dev
  if (dev === undefined) return 1500
  const links = JSON.parse(await must('ip', ['-json', 'link', 'show', dev])) as { mtu: number }[]
  return links[0]?.mtu ?? 1500
}
