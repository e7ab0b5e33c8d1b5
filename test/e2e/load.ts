import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { FULL, VOLUME } from './drill-size.ts'

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
  // Waits until so many requests were answered since the beginning; a load that stands still fails.
  reaches(requests: number): Promise<void>
  // Does something with requests on their way: it begins once every visitor has one, and ends once every visitor was
  // answered one that began after it. However slow the machine is, each of them was asking before, meanwhile and after.
  over<T>(act: () => Promise<T>): Promise<T>
  // Lets what is on its way finish.
  stop(): Promise<LoadReport>
}

// Who is asked: a host of the lab, as it is, or something else that listens.
export type Address = { address: string; port?: number }

export type Page = { status: number; body: string }
// Bound what hangs, not what is slow.
const PATIENCE = 300_000
const STANDSTILL = 600_000
const SHOWN = 20

// Loads a server until it is told to stop. Visitors wait a little between their requests: the machine also has to run
// Flight, and most of what loads cost is the CPU of requests that no switch concerns.
export function startLoad(server: Address, visits: readonly Visit[], pause = FULL ? 5 : 20): Load {
  const began = Date.now()
  const byPath = new Map<string, number>()
  const bodies = new Map<string, number>()
  const failed: string[] = []
  const count = { requests: 0, failures: 0, worst: 0 }
  const ending = new AbortController()
  // For each visitor when the request that is on its way began, and the last one that was answered; counted, not timed.
  const visitors = visits.flatMap((visit) =>
    Array.from({ length: visit.visitors }, () => ({ visit, asks: 0, asked: 0 })),
  )
  let begun = 0

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
  const visitor = async (one: (typeof visitors)[number]) => {
    while (!ending.signal.aborted) {
      one.asks = ++begun
      await visitOnce(one.visit)
      one.asked = one.asks
      await sleep(pause)
    }
  }
  const all = Promise.all(visitors.map(visitor))
  // Waits until so many were counted, and fails when nothing is counted any more.
  const reaches = async (requests: () => number, wanted: number) => {
    let [seen, since] = [count.requests, Date.now()]
    while (requests() < wanted) {
      if (count.requests > seen) [seen, since] = [count.requests, Date.now()]
      else if (Date.now() - since > STANDSTILL)
        throw new Error(`the load stands still at ${requests()} of ${wanted} requests`)
      await sleep(20)
    }
  }
  // Every visitor was answered one that began from now on.
  const everybody = async () => {
    const from = begun
    await reaches(() => visitors.filter(({ asked }) => asked > from).length, visitors.length)
  }

  return {
    reaches: (requests) => reaches(() => count.requests, requests),
    async over(act) {
      await everybody()
      const result = await act()
      await everybody()
      return result
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

// Does something while visitors come, each of whom asks before, meanwhile and after,
// and fails when a single request failed.
export async function unharmed(
  server: Address,
  visits: readonly Visit[],
  act: (load: Load) => Promise<void>,
): Promise<LoadReport> {
  const load = startLoad(server, visits)
  try {
    await load.over(() => act(load))
    await load.reaches(VOLUME)
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
