import { FlightError } from '../model/errors.ts'
import type { Holder, Lock } from '../model/host.ts'
import { words } from '../shell/quote.ts'
import type { Connection } from './connection.ts'

// How often the holder says that it lives, and after how long without a word the far side lets go (milliseconds, seconds).
const BEAT = 4000
const PATIENCE = 15

// The lock is a flock on a folder that every server has, held by this shell and nobody else: whatever ends the shell, a
// kill, a cut cable, a reboot, frees it. Who holds it stands in its own command line, so that nothing stale can be read.
const HOLD = [
  'exec 9</var/lib || exit 70',
  'flock -n -x 9 || { echo held; exit 75; }',
  'echo locked',
  `while b=$(timeout ${PATIENCE} head -c 1) && [ -n "$b" ]; do [ "$b" = b ] || exit 0; done 9<&-`,
].join('\n')

// Marks the command line of a lock holder.
const NAME = 'flight-lock'

// Takes the lock of one server or fails at once with FLIGHT_LOCKED; `tell` asks who holds it.
export async function takeServerLock(connection: Connection, become: boolean, holder: Holder, tell: () => Promise<Holder | undefined>): Promise<Lock> {
  const sudo = connection.user !== 'root' && become ? 'sudo -n -- ' : ''
  const channel = await connection.exec(`${sudo}${words('/bin/sh', '-c', HOLD, NAME, JSON.stringify(holder))}`)
  channel.stderr.resume()
  const first = await new Promise<string>((resolve) => {
    channel.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1').trim()))
    void channel.ended.then(() => resolve(''))
  })
  channel.stdout.resume()
  if (first !== 'locked') {
    channel.close()
    if (first === 'held') throw lockedBy(connection.server, await tell())
    throw new FlightError({ code: 'FLIGHT_CONNECTION_LOST', where: connection.server, what: 'the lock could not be taken: the shell there ended', hint: 'run the same command again' })
  }
  let released = false
  const beat = setInterval(() => channel.stdin.write('b'), BEAT)
  beat.unref()
  channel.stdin.write('b')
  const ended = channel.ended.then(() => clearInterval(beat))
  return {
    lost: ended.then(() => (released ? new Promise<string>(() => undefined) : 'its lock ended: the connection was silent for too long')),
    async release() {
      released = true
      clearInterval(beat)
      channel.stdin.end('q')
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2000).unref())])
      channel.close()
    },
  }
}

export function lockedBy(server: string, holder: Holder | undefined): FlightError {
  const who = holder === undefined ? 'somebody' : `${holder.who} on ${holder.from}, since ${holder.since}, for ${holder.what}`
  return new FlightError({ code: 'FLIGHT_LOCKED', where: server, what: `is held by ${who}`, hint: 'wait until that run is over (`flight locks` shows it), then run the same command again' })
}

// Shell that prints the holder's command line when the lock is held. Asking takes no lock that outlives the question.
export const HOLDER_SCRIPT = [
  'if ( exec 9</var/lib; flock -n -s 9 ); then exit 0; fi',
  `for p in /proc/[0-9]*; do tr '\\0' '\\n' <"$p/cmdline" 2>/dev/null | grep -qx ${NAME} && { tail -z -n 1 "$p/cmdline" | tr -d '\\0'; exit 0; }; done`,
  'echo unknown',
].join('\n')

// The holder that HOLDER_SCRIPT printed; undefined when the lock is free.
export function parseHolder(output: string): Holder | undefined {
  const text = output.trim()
  if (text === '') return undefined
  try {
    const value = JSON.parse(text) as Partial<Holder>
    const field = (name: keyof Holder) => String(value[name] ?? 'unknown').slice(0, 200)
    return { who: field('who'), from: field('from'), what: field('what'), since: field('since') }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { who: 'somebody', from: 'an unknown place', what: 'unknown', since: 'unknown' }
  }
}
