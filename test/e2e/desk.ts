import { type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { folderWith, startFlight } from '../cli/flight-process.ts'
import { sharedLab } from '../lab/shared.ts'

const MINUTE = 60_000

// How one run of flight ended. `said` is everything it wrote, for messages and for what may stand on either side.
export type Answer = { exit: number | null; stdout: string; stderr: string; said: string }

// A run that goes on.
export type Running = {
  answer: Promise<Answer>
  // Waits until it has written this, or fails when it ends without.
  says(pattern: RegExp): Promise<void>
  kill(signal: NodeJS.Signals): void
}

// Where somebody works: a definitions folder, and flight run in it against the hosts of the lab.
export type Desk = {
  folder: string
  put(path: string, text: string): void
  text(path: string): string
  start(...words: string[]): Running
  flight(...words: string[]): Promise<Answer>
  // The same for a run that has to end with this code.
  expect(exit: number, ...words: string[]): Promise<Answer>
  // The same desk, with these variables set for flight.
  where(env: NodeJS.ProcessEnv): Desk
}

// A desk with these files; what flight keeps on this machine stays below it.
export async function desk(files: Record<string, string>, env: NodeJS.ProcessEnv = {}): Promise<Desk> {
  const folder = folderWith({ 'flight.yml': 'state: state\n', ...files })
  const { places } = await sharedLab()
  return deskAt(folder, { HOME: folder, FLIGHT_SSH_CONFIG: places.sshConfig, ...env })
}

function deskAt(folder: string, env: NodeJS.ProcessEnv): Desk {
  const start: Desk['start'] = (...words) => follow(startFlight(words, { cwd: folder, env }), words)
  const flight: Desk['flight'] = (...words) => start(...words).answer
  return {
    folder,
    put(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    text: (path) => readFileSync(join(folder, path), 'utf8'),
    start,
    flight,
    async expect(exit, ...words) {
      const answer = await flight(...words)
      assert.is(
        answer.exit,
        exit,
        `flight ${words.join(' ')} ended with ${answer.exit}, expected ${exit}:\n${answer.said}`,
      )
      return answer
    },
    where: (more) => deskAt(folder, { ...env, ...more }),
  }
}

// Bounds a run that hangs.
function follow(child: ChildProcess, words: readonly string[]): Running {
  const out: Buffer[] = []
  const err: Buffer[] = []
  const all: Buffer[] = []
  const listeners = new Set<() => void>()
  const take = (side: Buffer[]) => (chunk: Buffer) => {
    side.push(chunk)
    all.push(chunk)
    for (const listener of listeners) listener()
  }
  const said = () => Buffer.concat(all).toString('utf8')
  child.stdout?.on('data', take(out))
  child.stderr?.on('data', take(err))
  child.stdin?.on('error', () => undefined).end()
  const timer = setTimeout(() => child.kill('SIGKILL'), 40 * MINUTE)
  let ended = false
  const answer = new Promise<Answer>((resolve) => {
    child.once('close', (exit) => {
      clearTimeout(timer)
      ended = true
      for (const listener of listeners) listener()
      resolve({
        exit,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
        said: said(),
      })
    })
  })
  return {
    answer,
    kill: (signal) => void child.kill(signal),
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const without = (how: string) => reject(new Error(`flight ${words.join(' ')} ${how} ${pattern}:\n${said()}`))
        // Bounds what hangs.
        const hung = setTimeout(() => without('went on for a quarter of an hour without saying'), 15 * 60_000)
        const look = () => {
          if (pattern.test(said())) resolve()
          else if (ended) without('ended without saying')
          else return
          clearTimeout(hung)
          listeners.delete(look)
        }
        listeners.add(look)
        look()
      }),
  }
}
