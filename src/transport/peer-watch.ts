import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'

const SILENT_TICKS = 3

// Calls `gone` when nothing at all came from the peer for about 15 to 20 seconds. Any byte counts, not only the answers
// to our questions: those wait behind an upload on a slow line, where ssh2's own keepalive would give up.
export function watchPeer(client: Client, socket: Duplex, gone: () => void, interval = 5_000): void {
  let heard = true
  let silent = 0
  socket.on('data', () => {
    heard = true
  })
  const timer = setInterval(() => {
    silent = heard ? 0 : silent + 1
    heard = false
    if (silent >= SILENT_TICKS) {
      clearInterval(timer)
      gone()
      return
    }
    // A question that changes nothing and that every server must answer; ssh2 has no public ping.
    if (!socket.destroyed && socket.writable) client.unforwardIn('', 0, () => undefined)
  }, interval)
  client.once('close', () => clearInterval(timer))
}
