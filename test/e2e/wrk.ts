import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type LabHost } from '../lab/host.ts'

// What wrk counted: requests answered, and everything that went wrong, in its own words; with `oneRelease` also every
// answer that does not say the same release twice.
export type WrkReport = { requests: number; wrong: string[] }

// wrk on a host's port 80, each request on a connection of its own, until it is told to stop. At most `seconds` long.
export function startWrk(
  host: LabHost,
  domain: string,
  path: string,
  connections: number,
  { seconds = 280, oneRelease = false }: { seconds?: number; oneRelease?: boolean } = {},
): { stop(): Promise<WrkReport> } {
  const script = oneRelease ? ['-s', fileURLToPath(new URL('one-release.lua', import.meta.url))] : []
  const args = [
    ...script,
    '-t',
    '1',
    '-c',
    String(connections),
    '-d',
    `${seconds}s`,
    '--timeout',
    '60s',
    '-H',
    `Host: ${domain}`,
    '-H',
    'Connection: close',
    `http://${host.address}${path}`,
  ]
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'pipe'] })
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
