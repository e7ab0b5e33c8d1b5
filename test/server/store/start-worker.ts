import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
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

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the worker ended by itself: ${child.exitCode}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
}
