import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'

export type Ended = { code: number | null; signal: NodeJS.Signals | null }

// A program that leads a process group of its own: what it started ends with it.
export type Group = { child: ChildProcess; ended: Promise<Ended>; end(): void }

// How long a program may tidy up after SIGTERM (milliseconds).
const GRACE = 3000

// Starts a program with exactly this environment; an abort ends it and everything that it started.
export function startGroup(
  program: string,
  words: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>>; stdio: StdioOptions; signal: AbortSignal },
): Group {
  options.signal.throwIfAborted()
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: options.stdio,
    detached: true,
  })
  let force: NodeJS.Timeout | undefined
  const end = () => {
    tell(child, 'SIGTERM')
    force ??= setTimeout(() => tell(child, 'SIGKILL'), GRACE)
  }
  options.signal.addEventListener('abort', end)
  // What a leader that has ended left behind would hold our pipes open, and go on by itself.
  child.once('exit', () => tell(child, 'SIGKILL'))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  }).finally(() => {
    clearTimeout(force)
    options.signal.removeEventListener('abort', end)
  })
  return { child, ended, end }
}

function tell(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
