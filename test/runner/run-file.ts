import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { labPlaces } from '../lab/places.ts'
import { counted, type Count } from './count.ts'
import { isReal, root } from './files.ts'

const MINUTES = 60_000

// How a file ended. `cpu`: seconds of CPU of its processes and of the hosts that it had.
export type Ended = { file: string; count: Count; seconds: number; cpu: number; said: string }

// A file that runs.
export type Running = { ended: Promise<Ended>; end(): void }

// Runs a file in a process group of its own. The limit is there for a file that hangs, not for a slow machine.
export function runFile(file: string, program: readonly string[], lab: number): Running {
  const limit = (isReal(file) ? 60 : 30) * MINUTES
  const began = Date.now()
  if (isReal(file)) rmSync(labPlaces(lab).cpuNotes, { force: true })
  const child = spawn('sh', ['-c', TIMED, 'sh', process.execPath, ...program], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: '0', FLIGHT_LAB_ID: String(lab) },
  })
  const output: Buffer[] = []
  let times = ''
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk))
  child.stdio[3]?.on('data', (chunk: Buffer) => (times += chunk.toString()))
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name)
  }
  const end = () => {
    signal('SIGTERM')
    setTimeout(() => signal('SIGKILL'), 20_000).unref()
  }
  const timer = setTimeout(() => {
    output.push(Buffer.from(`\nended after ${limit / MINUTES} minutes\n`))
    end()
  }, limit)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      const said = Buffer.concat(output).toString('utf8')
      const cpu = childrenIn(times) + (isReal(file) ? hostsOf(lab) : 0)
      resolve({ file, count: counted(said, code), seconds: (Date.now() - began) / 1000, cpu, said })
    })
  })
  return { ended, end }
}

// The shell notes what its children used on a descriptor that they do not have.
const TIMED = `"$@" 3>&-; code=$?; times >&3; exit $code`

// The second line of `times`: user and system of all that were waited for, as 0m1.230000s.
function childrenIn(times: string): number {
  const line = times.split('\n')[1] ?? ''
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
}

// What the hosts of a lab used, which the lab notes as they end.
function hostsOf(lab: number): number {
  const { cpuNotes } = labPlaces(lab)
  try {
    const notes = readFileSync(cpuNotes, 'utf8').trim().split('\n')
    return notes.reduce((sum, line) => sum + Number(line), 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  } finally {
    rmSync(cpuNotes, { force: true })
  }
}
