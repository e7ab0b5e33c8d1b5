import { clientAddress, groupOf, isLoopback, plainAddress, type Proxies } from './proxies.ts'
import type { DoorContext, DoorOptions, Origin } from './door-options.ts'

const HERE = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i
const GONE_THROUGH = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via']

// Gives what tells where a request comes from. Others' headers are believed from the trusted proxies only.
export function originsOf(settings: DoorOptions['settings'], proxies: Proxies): (c: DoorContext) => Origin {
  const isPrivate =
    isHost(settings.listen.host) && (settings.url === undefined || isHost(new URL(settings.url).hostname))
  return (c) => {
    const socket = c.env.incoming.socket
    const peer = plainAddress(socket.remoteAddress ?? '')
    const isTrusted = proxies.isTrusted(peer)
    const address = clientAddress(peer, c.req.header('x-forwarded-for'), proxies)
    const forwardedScheme = isTrusted ? c.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim() : undefined
    const scheme =
      forwardedScheme === 'https' || ('encrypted' in socket && socket.encrypted === true) ? 'https' : 'http'
    const host = c.req.header('host') ?? ''
    // A proxy on this machine that adds no header would look like
    // somebody at its keyboard: where one is known, nobody does.
    const isHere =
      isPrivate &&
      !isTrusted &&
      isLoopback(peer) &&
      HERE.test(host) &&
      GONE_THROUGH.every((name) => c.req.header(name) === undefined) &&
      !isFromElsewhere(c)
    const base =
      settings.url?.replace(/\/+$/, '') ??
      `${scheme}://${/^[A-Za-z0-9.:[\]_-]+$/.test(host) ? host : `${settings.listen.host}:${settings.listen.port}`}`
    return { address, group: groupOf(address), scheme, isHere, base }
  }
}

// Another site's script in a browser of this machine.
function isFromElsewhere(c: DoorContext): boolean {
  const site = c.req.header('sec-fetch-site')
  return (site === 'cross-site' || site === 'same-site') && c.req.header('sec-fetch-mode') !== 'navigate'
}

function isHost(host: string): boolean {
  return host === 'localhost' || isLoopback(plainAddress(host))
}
