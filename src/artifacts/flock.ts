import { spawn } from 'node:child_process'

// A lock of the kernel on an open file: it belongs to the descriptor, which flock(1) gets from us and keeps nothing of.
// Whatever ends the processes that have it (us, and the git that we start with it) frees the lock.
const DESCRIPTOR = 3
const BY_PERL = 'open(my $f, "<&=", 3) or exit 70; exit(flock($f, $ARGV[0]) ? 0 : 1)'
const NUMBER = { shared: 1, exclusive: 2 } as const
const DO_NOT_WAIT = 4

export type LockKind = keyof typeof NUMBER

// Takes the lock, or says false when somebody holds it and `wait`
// is off. Where there is no flock(1) (macOS), perl asks the kernel.
export async function flock(fd: number, kind: LockKind, wait: boolean, signal: AbortSignal): Promise<boolean> {
  const words = [kind === 'shared' ? '-s' : '-x', ...(wait ? [] : ['-n']), String(DESCRIPTOR)]
  const code =
    (await ask('flock', words, fd, signal)) ??
    (await ask('perl', ['-e', BY_PERL, String(NUMBER[kind] + (wait ? 0 : DO_NOT_WAIT))], fd, signal))
  if (code === 0) return true
  if (code === 1 && !wait) return false
  throw signal.aborted
    ? new DOMException('aborted while waiting for a lock', 'AbortError')
    : new Error(`neither flock nor perl could lock (${code ?? 'not installed'})`)
}

function ask(program: string, words: readonly string[], fd: number, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'ignore', fd], signal, killSignal: 'SIGKILL' })
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)))
    child.on('close', (code) => resolve(code ?? 70))
  })
}
