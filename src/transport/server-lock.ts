import { FlightError, onServer } from '../model/errors.ts'
import type { LockClaim, Holder, Lock } from '../model/host.ts'
import { program } from '../shell/program.ts'
import { words } from '../shell/quote.ts'
import { type Channel, type Connection, sudoFor } from './connection.ts'

// How often the holder says that it lives, in milliseconds. After 15 seconds without a word the far side lets go.
const BEAT = 4000

// Marks the command line of a lock holder.
const NAME = 'flight-lock'

// A shell has so many descriptors to hold apps with, two for each; a run for more of them takes the whole server.
const MOST_APPS = 2

// What stands in a holder's command line: server, or the apps.
function claimWord(claim: LockClaim): string {
  return claim === 'server' || claim.length > MOST_APPS
    ? 'server'
    : claim
        .map(({ app }) => app)
        .sort()
        .join(' ')
}

// Takes the lock of one server or fails at once with FLIGHT_LOCKED; `tell` asks who holds it.
export async function takeServerLock(
  connection: Connection,
  become: boolean,
  { holder, claim }: Claimed,
  tell: () => Promise<readonly Held[]>,
): Promise<Lock> {
  const command = words(
    '/bin/sh',
    '-c',
    program('hold-lock', { name: NAME }),
    NAME,
    claimWord(claim),
    JSON.stringify(holder),
  )
  const channel = await connection.exec(sudoFor(connection, become) + command)
  channel.stderr.resume()
  const first = await firstWord(channel)
  channel.stdout.resume()
  if (first !== 'locked') {
    channel.close()
    if (first === 'held') throw lockedBy(connection.server, holderInTheWay(await tell(), claim))
    throw new FlightError({
      code: 'FLIGHT_CONNECTION_LOST',
      ...onServer(connection.server),
      what: 'the lock could not be taken: the shell there ended',
      hint: 'run the same command again',
    })
  }
  let released = false
  const beat = setInterval(() => channel.stdin.write('b'), BEAT)
  beat.unref()
  channel.stdin.write('b')
  const ended = channel.ended.then(() => clearInterval(beat))
  return {
    lost: ended.then(() =>
      released ? new Promise<string>(() => undefined) : 'its lock ended: the connection was silent for too long',
    ),
    async release() {
      released = true
      clearInterval(beat)
      channel.stdin.end('q')
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2000).unref())])
      channel.close()
    },
  }
}

// More is no word.
const MOST_WORD = 100

// What the shell says first; empty when it ended without a word. Its end may be heard of before its last word is read.
function firstWord({ stdout, ended }: Channel): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    stdout.on('data', (chunk: Buffer) => {
      if (said.length < MOST_WORD) said += chunk.toString('latin1').slice(0, MOST_WORD)
      if (said.includes('\n') || said.length >= MOST_WORD) resolve(said.slice(0, MOST_WORD).trim())
    })
    stdout.once('end', () => resolve(said.trim()))
    // Not once it has spoken: a timer would keep the process here for half a second after its work.
    void ended.then(() => said.includes('\n') || setTimeout(() => resolve(said.trim()), 500))
  })
}

export function lockedBy(server: string, holder: Holder | undefined): FlightError {
  const who =
    holder === undefined ? 'somebody' : `${holder.who} on ${holder.from}, since ${holder.since}, for ${holder.what}`
  return new FlightError({
    code: 'FLIGHT_LOCKED',
    ...onServer(server),
    what: `is held by ${who}`,
    hint: 'wait until that run is over (`flight locks` shows it), then run the same command again',
  })
}

// Shell that prints what every holder claims and who it is.
export const holderScript = () => program('lock-holders', { name: NAME })

// A holder and what it claims: server, or names of apps.
export type Held = { claim: string; holder: Holder }
export type Claimed = { holder: Holder; claim: LockClaim }

// The holders that it printed: two lines each.
export function parseHolders(output: string): Held[] {
  const lines = output.split('\n').slice(0, -1)
  return Array.from({ length: Math.floor(lines.length / 2) }, (_, index) => ({
    claim: lines[2 * index] as string,
    holder: parseHolder(lines[2 * index + 1] as string),
  }))
}

// The first of them that a run with this claim would have to wait for.
export function holderInTheWay(held: readonly Held[], claim: LockClaim): Holder | undefined {
  const wanted = claimWord(claim).split(' ')
  return held.find(
    (each) =>
      each.claim === 'server' || wanted.includes('server') || each.claim.split(' ').some((app) => wanted.includes(app)),
  )?.holder
}

function parseHolder(text: string): Holder {
  try {
    const value = JSON.parse(text) as Partial<Holder>
    const field = (name: keyof Holder) => String(value[name] ?? 'unknown').slice(0, 200)
    return { who: field('who'), from: field('from'), what: field('what'), since: field('since') }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { who: 'somebody', from: 'an unknown place', what: 'unknown', since: 'unknown' }
  }
}
