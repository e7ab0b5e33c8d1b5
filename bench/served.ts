import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type NumberedEvent, isEnded, type Request } from '../src/model/request.ts'
import { must } from '../test/lab/command.ts'
import { FLIGHT } from './scene.ts'

// A `flight serve` of its own, for the definitions in a folder.
export type Served = {
  url: string
  tokenFor(app: string): Promise<string>
  metrics(...names: string[]): Promise<number[]>
  quiet(): Promise<void> // waits until it has used no CPU to speak of for a second
  collect(): Promise<void> // its garbage
  stop(): Promise<void>
}

const COLLECT = fileURLToPath(new URL('collect.cjs', import.meta.url))

export async function startServed(folder: string, sshConfig: string): Promise<Served> {
  const [node = '', ...words] = FLIGHT
  const env = { ...process.env, FLIGHT_SSH_CONFIG: sshConfig }
  const child = spawn(node, ['--require', COLLECT, ...words, 'serve', '--listen', '127.0.0.1:0'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`flight serve ended with ${code}\n${said}`)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
      const [, address] = /"address":"(http:[^"]+)"/.exec(said) ?? []
      if (address !== undefined) resolve(address)
    })
  })
  const metrics: Served['metrics'] = async (...names) => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return names.map((name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN))
  }
  return {
    url,
    metrics,
    async quiet() {
      for (
        let before = NaN, used = NaN;
        !(used - before < 0.05);
        before = used, [used = NaN] = await metrics('process_cpu_seconds_total')
      )
        await pause(1000)
    },
    tokenFor: async (app) =>
      (
        await must(
          'env',
          ['-C', folder, node, ...words, 'serve:token', '--app', app, '--purpose', 'release', '--name', `bench-${app}`],
          { env },
        )
      ).trim(),
    async collect() {
      child.kill('SIGUSR2')
      await pause(500)
    },
    async stop() {
      process.off('exit', end)
      child.kill('SIGTERM')
      await closed
    },
  }
}

// What asks for the releases of one app.
export type Caller = { url: string; app: string; token: string }

// Asks for a release, and gives its id as soon as it is accepted.
export async function askFor({ url, app, token }: Caller, commit: string): Promise<number> {
  const answer = await fetch(`${url}/v1/apps/${app}/releases`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': commit },
    body: JSON.stringify({ commit }),
  })
  if (answer.status !== 202) throw new Error(`${app} ${commit}: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as Pick<Request, 'id'>).id
}

// Waits until it has ended, and fails where it did not succeed.
export async function succeeded({ url, token }: Caller, id: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/v1/releases/${id}?wait=60`, { headers: { authorization: `Bearer ${token}` } })
    const { state, end } = (await answer.json()) as Pick<Request, 'state' | 'end'>
    if (!isEnded(state)) continue
    if (state === 'succeeded') return
    throw new Error(`release ${id} ${state}: ${end?.said}`)
  }
}

// All that was told of one that has ended.
export async function eventsOf({ url, token }: Caller, id: number): Promise<NumberedEvent[]> {
  const text = await (
    await fetch(`${url}/v1/releases/${id}/events`, { headers: { authorization: `Bearer ${token}` } })
  ).text()
  return [...text.matchAll(/^id: .*\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as NumberedEvent)
}
