import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

// Somebody pressed Ctrl-C or asked to terminate.
export class Interrupted extends Error {
  readonly exit: number
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`)
    this.exit = signal === 'SIGINT' ? 130 : 143
  }
}

const GRACE = 3000

// How a program is run. With `eachLine` its stdout comes here instead of being shown.
export type Way = { env?: NodeJS.ProcessEnv; cwd?: string; eachLine?: (line: string) => void }

// Runs one program after another. An interrupt ends the one that runs; nothing is started after it.
export type Children = {
  run(program: string, words: readonly string[], way?: Way): Promise<number>
  refuseIfInterrupted(): void
  // The clean-up after an interrupt: it runs to its end.
  finish(program: string, words: readonly string[], way?: Way): Promise<number>
}

export function heedingChildren(onInterrupt: () => void): Children {
  let interrupted: Interrupted | undefined
  let running: ChildProcess | undefined
  const heed = (signal: 'SIGINT' | 'SIGTERM') => {
    // npm and the terminal both pass Ctrl-C on: it comes twice.
    if (interrupted !== undefined) return
    interrupted = new Interrupted(signal)
    onInterrupt()
    running?.kill(signal)
    // Flight would finish the step it is in; but the servers go anyway.
    setTimeout(() => running?.kill('SIGKILL'), GRACE).unref()
  }
  process.on('SIGINT', heed).on('SIGTERM', heed)
  const start = (program: string, words: readonly string[], { env, cwd, eachLine }: Way, apart: boolean) =>
    new Promise<number>((resolve, reject) => {
      const child = spawn(program, words, {
        stdio: ['inherit', eachLine === undefined ? 'inherit' : 'pipe', 'inherit'],
        env: { ...process.env, ...env },
        cwd,
        detached: apart,
      })
      if (child.stdout !== null && eachLine !== undefined) createInterface({ input: child.stdout }).on('line', eachLine)
      if (!apart) running = child
      child.once('error', reject)
      child.once('close', (code, signal) => {
        running = undefined
        resolve(code ?? (signal === null ? 1 : 128))
      })
    })
  const refuseIfInterrupted = () => {
    if (interrupted !== undefined) throw interrupted
  }
  return {
    refuseIfInterrupted,
    async run(program, words, way = {}) {
      refuseIfInterrupted()
      const code = await start(program, words, way, false)
      refuseIfInterrupted()
      return code
    },
    finish: (program, words, way = {}) => start(program, words, way, true),
  }
}
