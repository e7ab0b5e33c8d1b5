import { BlockList, isIP } from 'node:net'
import { FlightError } from '../../model/errors.ts'

export type Proxies = { isTrusted(address: string): boolean }

// The proxies whose word about others is believed: addresses and networks (10.0.0.0/8).
export function trustedProxies(list: readonly string[]): Proxies {
  const blocks = new BlockList()
  for (const entry of list) {
    const [address = '', prefix, rest] = entry.split('/')
    const sort = isIP(address)
    const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
    if (sort === 0 || rest !== undefined || (bits !== undefined && !(bits <= (sort === 4 ? 32 : 128)))) {
      throw new FlightError({
        code: 'FLIGHT_USAGE',
        where: 'flight.yml serve.trusted_proxies',
        what: `${JSON.stringify(entry)} is neither an address nor a network`,
        hint: 'write 10.0.0.5, 10.0.0.0/8 or 2001:db8::/32',
      })
    }
    if (bits === undefined) blocks.addAddress(address, familyOf(address))
    else blocks.addSubnet(address, bits, familyOf(address))
  }
  return { isTrusted: (address) => isIP(address) !== 0 && blocks.check(address, familyOf(address)) }
}

// The address that speaks, or the right-most one that the trusted proxies on the way name and that is none of them.
export function clientAddress(peer: string, forwarded: string | undefined, proxies: Proxies): string {
  const named = (forwarded ?? '').split(',').map((part) => plainAddress(part.trim()))
  let address = plainAddress(peer)
  for (let next = named.pop(); next !== undefined && isIP(next) !== 0 && proxies.isTrusted(address); next = named.pop())
    address = next
  return address
}

// Without brackets, port, zone, and the IPv6 clothes of an IPv4 address.
export function plainAddress(text: string): string {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  return bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}

// What counts as one when attempts and connections are counted: an IPv4 address, the /64 of an IPv6 address.
export function groupOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const words =
    tail === undefined
      ? left
      : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  return `${words
    .slice(0, 4)
    .map((word) => word.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}
