import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

// So many visitors who ask for the same page again and again. What comes must have this status and say this.
export type Visit = { domain: string; path: string; visitors: number; says: RegExp; status?: number }

// What a load came to. Every request has a connection of its own (`Connection: close`), so none may fail in any way.
export type LoadReport = {
  requests: number // answered, rightly or wrongly
  byPath: ReadonlyMap<string, number>
  bodies: ReadonlyMap<string, number>
  failures: number
  failed: readonly string[] // the first of them, in words
  worst: number // milliseconds
  seconds: number
}

export type Load = {
  // Waits until so many requests were answered since the beginning, or half a minute passed without one.
  reaches(requests: number): Promise<void>
  // Lets what is on its way finish.
  stop(): Promise<LoadReport>
}

// Who is asked: a host of the lab, as it is, or something else that listens.
export type Address = { address: string; port?: number }

export type Page = { status: number; body: string }
const PATIENCE = 60_000
const SHOWN = 20

// Loads a server until it is told to stop. Visitors wait a little
// between their requests: the machine also has to run Flight.
export function startLoad(server: Address, visits: readonly Visit[], pause = 5): Load {
  const began = Date.now()
  const byPath = new Map<string, number>()
  const bodies = new Map<string, number>()
  const failed: string[] = []
  const count = { requests: 0, failures: 0, worst: 0 }
  const ending = new AbortController()

  const fail = (visit: Visit, how: string) => {
    count.failures += 1
    if (failed.length < SHOWN)
      failed.push(`${((Date.now() - began) / 1000).toFixed(1)} s: ${visit.domain}${visit.path}: ${how}`)
  }
  const visitOnce = async (visit: Visit) => {
    const start = Date.now()
    try {
      const { status, body } = await get(server, visit)
      add(bodies, body)
      if (status !== (visit.status ?? 200) || !visit.says.test(body))
        fail(visit, `${status} ${JSON.stringify(body.slice(0, 200))}`)
    } catch (error) {
      fail(
        visit,
        error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : String(error),
      )
    }
    count.requests += 1
    count.worst = Math.max(count.worst, Date.now() - start)
    add(byPath, visit.path)
  }
  const visitor = async (visit: Visit) => {
    while (!ending.signal.aborted) {
      await visitOnce(visit)
      await sleep(pause)
    }
  }
  const all = Promise.all(visits.flatMap((visit) => Array.from({ length: visit.visitors }, () => visitor(visit))))

  return {
    async reaches(requests) {
      let [seen, since] = [count.requests, Date.now()]
      while (count.requests < requests) {
        if (count.requests > seen) [seen, since] = [count.requests, Date.now()]
        else if (Date.now() - since > 30_000)
          throw new Error(`the load stands still at ${seen} of ${requests} requests`)
        await sleep(50)
      }
    },
    async stop() {
      ending.abort()
      await all
      return { ...count, byPath, bodies, failed, seconds: (Date.now() - began) / 1000 }
    },
  }
}

// One request as a visitor's browser makes it; a truncated answer is an error. Also for a single look.
export function get({ address, port = 80 }: Address, { domain, path }: Pick<Visit, 'domain' | 'path'>): Promise<Page> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: address, port, path, agent: false, headers: { host: domain, connection: 'close' }, timeout: PATIENCE },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)))
    asked.on('error', reject)
    asked.end()
  })
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

// Does something while visitors come, goes on until so many requests
// were answered, and fails when a single one of them failed.
export async function unharmed(
  server: Address,
  visits: readonly Visit[],
  least: number,
  act: (load: Load) => Promise<void>,
): Promise<LoadReport> {
  const load = startLoad(server, visits)
  try {
    await act(load)
    await load.reaches(least)
  } finally {
    await load.stop()
  }
  const report = await load.stop()
  if (report.failures > 0)
    throw new Error(
      `${report.failures} of ${report.requests} requests failed in ${report.seconds.toFixed(0)} ` +
        `s:\n${report.failed.join('\n')}`,
    )
  return report
}
