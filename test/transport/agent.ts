import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { endWithTests, makeFolder } from './sshd.ts'
import { eventually } from '../support/eventually.ts'

// A real ssh-agent of our own.
export type Agent = { socket: string; add(...keyFiles: string[]): void; stop(): void }

export async function startAgent(): Promise<Agent> {
  const socket = join(makeFolder(), 'agent')
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  endWithTests(child)
  await eventually(() => existsSync(socket))
  const env = { ...process.env, SSH_AUTH_SOCK: socket }
  return {
    socket,
    add: (...keyFiles) => void execFileSync('ssh-add', ['-q', ...keyFiles], { env, stdio: 'ignore' }),
    stop: () => void child.kill(),
  }
}
