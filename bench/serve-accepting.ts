import { randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { temporary } from '../test/artifacts/repository.ts'
import { say, writeDefinitions } from './scene.ts'
import { startServed } from './served.ts'
import { median, quantile, table } from './table.ts'

const CALLERS = [1, 8, 64]
const WARM = 500
const LONG = 4_000
const LINE = 300
// Those answered first, while few others wait: between these two.
const [FROM, TO] = [20, 200]

type Load = { perSecond: number; early: number; took: number[] }
type Call = { method: string; path: string; headers?: Record<string, string>; body?: string; status: number }

// How many release requests a second are accepted, each on disk before its 202, beside what the same HTTP server
// answers without a store, and what the disk can do by itself.
export async function benchAccepting(): Promise<void> {
  say(
    `\nG. Requests accepted by flight serve: ${LONG / 1000} s each, over kept connections of one process on the ` +
      `same cores, a new flight serve for each row of callers`,
  )
  say(
    `  Every request is new: a commit and an Idempotency-Key of its own. The app's server refuses connections, so ` +
      `the first waits to be tried again and all others wait behind it.`,
  )
  const rows = []
  for (const callers of CALLERS) {
    const folder = unreachableApp()
    const served = await startServed(folder, join(folder, 'ssh_config'))
    try {
      const token = await served.tokenFor('shop')
      const health = await load(served.url, callers, () => ({ method: 'GET', path: '/healthz', status: 200 }))
      const accepted = await load(served.url, callers, () => asking(token))
      const [waiting = NaN] = await served.metrics('flight_queue_waiting')
      rows.push(
        [`/healthz, ${callers} at once`, ...figures(health), '', ''],
        [`POST releases, ${callers} at once`, ...figures(accepted), accepted.early.toFixed(0), `${waiting}`],
      )
    } finally {
      await served.stop()
    }
  }
  rows.push([`write ${LINE} bytes, fdatasync, one by one`, ...figures(syncing()), '', ''])
  say(`\n${table(['', 'a second', 'p50', 'p99', 'most', `a second, the first ${TO}`, 'wait at the end'], rows)}`)
}

function unreachableApp(): string {
  const folder = temporary('flight-bench-accepting-')
  writeDefinitions(folder, [['web-1', 'nowhere']])
  writeFileSync(join(folder, 'ssh_config'), 'Host nowhere\n  HostName 127.0.0.1\n  Port 1\n')
  mkdirSync(join(folder, 'apps'))
  writeFileSync(
    join(folder, 'apps/shop.yml'),
    'repo: git@example.com:org/shop.git\nphp: 8.2\ncluster: staging\ndomain: shop.example.com\nservers:\n  - { ' +
      'name: web-1, web: { pm: ondemand, max_workers: 4 } }\n',
  )
  return folder
}

function asking(token: string): Call {
  const commit = randomBytes(20).toString('hex')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': commit }
  return { method: 'POST', path: '/v1/apps/shop/releases', headers, body: JSON.stringify({ commit }), status: 202 }
}

// So many callers, each of which asks again as soon as it is answered.
async function load(url: string, callers: number, next: () => Call): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  const took: number[] = []
  const answered: number[] = []
  const began = performance.now() + WARM
  const until = began + LONG
  const one = async () => {
    while (performance.now() < until) {
      const sent = performance.now()
      await answer(url, agent, next())
      answered.push(performance.now())
      if (sent >= began) took.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: callers }, one))
  agent.destroy()
  return {
    perSecond: (took.length / (performance.now() - began)) * 1000,
    early: ((TO - FROM) / ((answered[TO] ?? NaN) - (answered[FROM] ?? NaN))) * 1000,
    took,
  }
}

function answer(url: string, agent: Agent, { method, path, headers = {}, body = '', status }: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}${path}`,
      { method, agent, headers: body === '' ? headers : { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response
          .resume()
          .once('end', () =>
            response.statusCode === status ? resolve() : reject(new Error(`${method} ${path}: ${response.statusCode}`)),
          )
      },
    )
    asked.once('error', reject).end(body)
  })
}

function syncing(): Load {
  const took: number[] = []
  const line = Buffer.alloc(LINE, 'x')
  const file = openSync(join(temporary('flight-bench-syncing-'), 'lines'), 'a')
  const began = performance.now()
  while (performance.now() < began + LONG / 2) {
    const wrote = performance.now()
    writeSync(file, line)
    fdatasyncSync(file)
    took.push(performance.now() - wrote)
  }
  closeSync(file)
  return { perSecond: (took.length / (performance.now() - began)) * 1000, early: NaN, took }
}

function figures({ perSecond, took }: Load): string[] {
  const exact = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
  return [perSecond.toFixed(0), exact(median(took)), exact(quantile(took, 0.99)), exact(quantile(took, 1))]
}
