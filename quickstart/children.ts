import { spawn, type ChildProcess } from 'node:child_process'

// Somebody pressed Ctrl-C or asked to terminate.
export class Interrupted extends Error {
  readonly exit: number
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`)
    this.exit = signal === 'SIGINT' ? 130 : 143
  }
}

const GRACE = 3000

// Runs one program after another. An interrupt ends the one that runs; nothing is started after it.
export type Children = {
  run(program: string, words: readonly string[], env?: NodeJS.ProcessEnv): Promise<number>
  refuseIfInterrupted(): void
  // The clean-up after an interrupt: it runs to its end.
  finish(program: string, words: readonly string[], env?: NodeJS.ProcessEnv): Promise<number>
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
  const start = (program: string, words: readonly string[], env: NodeJS.ProcessEnv, apart: boolean) =>
    new Promise<number>((resolve, reject) => {
      const child = spawn(program, words, { stdio: 'inherit', env: { ...process.env, ...env }, detached: apart })
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
    async run(program, words, env = {}) {
      refuseIfInterrupted()
      const code = await start(program, words, env, false)
      refuseIfInterrupted()
      return code
    },
    finish: (program, words, env = {}) => start(program, words, env, true),
  }
}
