import pLimit from 'p-limit'
import { FlightError, type Problem } from '../../model/errors.ts'
import type { Host } from '../../model/host.ts'
import type { Server } from '../../model/server.ts'
import type { Session } from '../session.ts'

export type Answers<T> = {
  answers: readonly { server: Server; answer: T }[] // in the order of the servers
  problems: readonly Problem[] // of those that could not be asked
}

// Asks every server the same, so many at a time; one that cannot be asked does not stop the others.
export async function askEach<T>(
  session: Session,
  servers: readonly Server[],
  ask: (host: Host) => Promise<T>,
): Promise<Answers<T>> {
  const limit = pLimit(session.parallel)
  const asked = await Promise.all(servers.map((server) => limit(() => askOne(session, server, ask))))
  if (session.signal.aborted)
    throw new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted; nothing was changed' })
  return {
    answers: asked.flatMap((one) => (one.is === 'answered' ? [one] : [])),
    problems: asked.flatMap((one) => (one.is === 'missing' ? one.problems : [])),
  }
}

type Asked<T> = { is: 'answered'; server: Server; answer: T } | { is: 'missing'; problems: readonly Problem[] }

async function askOne<T>(
  { connect, signal }: Session,
  server: Server,
  ask: (host: Host) => Promise<T>,
): Promise<Asked<T>> {
  if (signal.aborted) return { is: 'missing', problems: [] }
  try {
    const host = await connect(server)
    try {
      return { is: 'answered', server, answer: await ask(host) }
    } finally {
      host.close()
    }
  } catch (error) {
    if (error instanceof FlightError) return { is: 'missing', problems: error.problems }
    throw error
  }
}
