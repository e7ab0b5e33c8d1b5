import type { Duplex } from 'node:stream'

// Gives what lets all that is written to a socket in one turn leave in one system call: ssh2 writes three times for
// each packet, and many packets at once.
export function gathering(socket: Duplex): () => void {
  let isGathering = false
  return () => {
    if (isGathering) return
    isGathering = true
    socket.cork()
    process.nextTick(() => {
      isGathering = false
      socket.uncork()
    })
  }
}
