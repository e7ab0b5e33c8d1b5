import { spawn } from 'node:child_process'

export type CommandResult = { code: number; stdout: string; stderr: string }
export type CommandOptions = { timeoutSeconds?: number; input?: string; env?: NodeJS.ProcessEnv }

// Runs a program to its end and gives back what it said; fails only when it cannot start or takes longer than its time.
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const seconds = options.timeoutSeconds ?? 600
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a program that takes too long ends with its children.
    const child = spawn(program, args, { detached: true, env: options.env ?? { ...process.env, LC_ALL: 'C.UTF-8' } })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let late = false
    const timer = setTimeout(() => {
      late = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, seconds * 1000)
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error)
    })
    child.stdin.end(options.input ?? '')
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(new Error(`${program} cannot be started: ${error.message}`))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const stdout = Buffer.concat(out).toString()
      const stderr = Buffer.concat(err).toString()
      if (late)
        reject(new Error(`${shown(program, args)} took longer than ${seconds} s\n${lastLines(stdout + stderr)}`))
      else resolve({ code: code ?? (signal === null ? 1 : 128), stdout, stderr })
    })
  })
}

// Runs a program that has to succeed and gives back its standard output.
export async function must(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await run(program, args, options)
  if (result.code === 0) return result.stdout
  throw new Error(`${shown(program, args)} ended with ${result.code}\n${lastLines(result.stdout + result.stderr)}`)
}

// The end of a long output, where programs say what went wrong.
export function lastLines(text: string, count = 15): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

function shown(program: string, args: readonly string[]): string {
  const line = [program, ...args].join(' ')
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
