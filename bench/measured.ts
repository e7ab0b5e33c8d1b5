import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// One run of one or several programs side by side: wall time, and CPU (user and system) of all of them together, in ms.
export type Measured = { wall: number; cpu: number }

export type Command = { words: readonly string[]; input?: string; fine?: readonly number[] }
export type Surroundings = { env?: NodeJS.ProcessEnv; cwd?: string }

// Runs commands at once and fails when one of them does. Each is started by a bash, which knows the CPU of a child to
// the millisecond; node does not.
export async function measure(
  commands: readonly Command[],
  { env = {}, cwd = '/' }: Surroundings = {},
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'flight-bench-'))
  try {
    const began = performance.now()
    await Promise.all(
      commands.map((command, at) => runOne(command, join(folder, String(at)), { ...process.env, ...env }, cwd)),
    )
    const wall = performance.now() - began
    return {
      wall,
      cpu: commands.reduce((sum, _, at) => sum + cpuIn(readFileSync(join(folder, String(at)), 'utf8')), 0),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const TIMED = 'TIMEFORMAT="%U %S"; { time "$@" 2>&3 3>&-; } 3>&2 2>"$0"'

function runOne(
  { words, input, fine = [0] }: Command,
  times: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', TIMED, times, ...words], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
    child.stdin.on('error', () => undefined).end(input ?? '')
    child.once('error', reject)
    child.once('close', (code) =>
      code !== null && fine.includes(code)
        ? resolve()
        : reject(new Error(`${words.join(' ').slice(0, 200)} ended with ${code}\n${said}`)),
    )
  })
}

// `USER SYSTEM` in seconds.
function cpuIn(text: string): number {
  const [user, system] = text.trim().split(' ').map(Number)
  return ((user ?? NaN) + (system ?? NaN)) * 1000
}
