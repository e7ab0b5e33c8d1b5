import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type LabHost } from '../lab/host.ts'

// What wrk counted: requests answered, and everything that went wrong, in its own words.
export type WrkReport = { requests: number; wrong: string[] }

// wrk on a host's port 80, each request on a connection of its own, until it is told to stop. At most `seconds` long.
export function startWrk(host: LabHost, domain: string, path: string, connections: number, seconds = 240): { stop(): Promise<WrkReport> } {
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '60s', '-H', `Host: ${domain}`, '-H', 'Connection: close', `http://${host.address}${path}`]
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'close')
  return {
    async stop() {
      child.kill('SIGINT')
      await ended
      const requests = Number(/(\d+) requests in/.exec(said)?.[1] ?? Number.NaN)
      if (!Number.isFinite(requests)) throw new Error(`wrk did not count: ${said}`)
      const wrong = said.split('\n').filter((line) => /Socket errors|Non-2xx/.test(line)).map((line) => line.trim())
      return { requests, wrong }
    },
  }
}
