import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { FULL } from './drill-size.ts'
import { type LabHost } from '../lab/host.ts'
import { until } from './until.ts'

// What wrk counted: requests answered, and everything that went wrong, in its own words; with `oneRelease` also every
// answer that does not say the same release twice.
export type WrkReport = { requests: number; wrong: string[] }

// wrk on a host's port 80, each request on a connection of its own, until it is told to stop; its own end is
// there for a test that hangs.
export function startWrk(
  host: LabHost,
  domain: string,
  path: string,
  connections: number,
  { oneRelease = false }: { oneRelease?: boolean } = {},
): { stop(): Promise<WrkReport> } {
  const script = oneRelease ? ['-s', fileURLToPath(new URL('one-release.lua', import.meta.url))] : []
  const args = [
    ...script,
    '-t',
    '1',
    '-c',
    String(connections),
    '-d',
    '7200s',
    '--timeout',
    '300s',
    '-H',
    `Host: ${domain}`,
    '-H',
    'Connection: close',
    `http://${host.address}${path}`,
  ]
  const child = spawn('wrk', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WRK_PAUSE: FULL ? '0' : '50' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'close')
  return {
    async stop() {
      child.kill('SIGINT')
      await ended
      const requests = Number(/(\d+) requests in/.exec(said)?.[1] ?? Number.NaN)
      if (!Number.isFinite(requests)) throw new Error(`wrk did not count: ${said}`)
      const wrong = said
        .split('\n')
        .filter((line) => /Socket errors|Non-2xx|Mixed answers: [^0]/.test(line))
        .map((line) => line.trim())
      return { requests, wrong }
    },
  }
}

// How many requests of an app nginx has answered so far, as it noted them itself.
export async function answeredBy(host: LabHost, app: string): Promise<number> {
  return Number(await host.must(`wc -l </var/log/nginx/${app}.access.log`))
}

// So many are answered on each host before and after: wrk asks again soon on each of its connections, so then it did
// meanwhile as well.
const BESIDE = 10

// Does something under load: before and after it requests are answered on each of the hosts.
export async function visitedDuring<T>(hosts: readonly LabHost[], app: string, act: () => Promise<T>): Promise<T> {
  const all = () => Promise.all(hosts.map((host) => answeredBy(host, app)))
  const moreThan = async (before: readonly number[]) =>
    until('visitors come', all, (now) => now.every((count, index) => count >= (before[index] ?? 0) + BESIDE))
  await moreThan(await all())
  const result = await act()
  await moreThan(await all())
  return result
}
