import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

// A process that cannot be mistaken for a later one with the same number: its start time in clock ticks since boot.
export type ProcessMark = { pid: number; started: string }

// Marks a running process, or nothing when there is none with this number.
export function markProcess(pid: number): ProcessMark | undefined {
  const started = startOf(pid)
  return started === undefined ? undefined : { pid, started }
}

// Whether exactly this process still runs (one that ended and waits to be reaped does not).
export function isRunning(mark: ProcessMark): boolean {
  return startOf(mark.pid) === mark.started
}

// Signals exactly this process, and nobody when it has ended.
export function signal(mark: ProcessMark, name: NodeJS.Signals): void {
  if (!isRunning(mark)) return
  try {
    process.kill(mark.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

// Waits until this process has ended; false when it still runs after the time.
export async function waitUntilGone(mark: ProcessMark, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000
  while (isRunning(mark)) {
    if (Date.now() > end) return false
    await sleep(20)
  }
  return true
}

// Whether a process is number 1 in a namespace directly under ours: the init of a host.
export function isFirstOfItsNamespace(pid: number): boolean {
  return /^NSpid:\s+\d+\s+1$/m.test(readProc(`/proc/${pid}/status`) ?? '')
}

function startOf(pid: number): string | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The program's name is in parentheses and may hold anything, so fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
