import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const WORKER = fileURLToPath(new URL('hard-worker.ts', import.meta.url))

// Starts test/server/store/hard-worker.ts and resolves once it opens its store, or already works with it.
export async function startWorker(
  file: string,
  notes: string,
  until: 'opens' | 'works',
  care: 'careful' | 'careless' = 'careful',
): Promise<ChildProcess> {
  const child = fork(WORKER, [file, notes, care], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  for (;;) {
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => ['gone'])])) as [string]
    if (said === 'gone') throw new Error('the worker ended by itself')
    if (said === until) return child
  }
}

// Waits until so many more things are acknowledged than at the call, and then for a moment of no particular length.
export async function acknowledges(notes: string, more: number): Promise<void> {
  const count = () => readFileSync(notes, 'utf8').split('\n').length - 1
  const wanted = count() + more
  while (count() < wanted) await pause(2)
  await pause(Math.random() * 5)
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the worker ended by itself: ${child.exitCode}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
}
