import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Whether the program is installed; what needs it is skipped without (and in CI that is a failure).
export const hasAge = spawnSync('age', ['--version']).status === 0

// Makes a pair of SSH keys in a folder, without a passphrase unless one is given: its private half; .pub is beside it.
export function sshKey(folder: string, name: string, { type = 'ed25519', passphrase = '' } = {}): string {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', file])
  return file
}

// A folder whose `age` writes down its command line and environment, and then is the real one.
export function watchedAge(folder: string): { path: string; seen: string } {
  const seen = join(folder, 'seen')
  const program = join(folder, 'age')
  const real = execFileSync('sh', ['-c', 'command -v age'], { encoding: 'utf8' }).trim()
  writeFileSync(
    program,
    `#!/bin/sh\ntr '\\0' '\\n' </proc/$$/cmdline >>'${seen}'\ntr '\\0' '\\n' </proc/$$/environ >>'${seen}'\nexec ` +
      `${real} "$@"\n`,
  )
  chmodSync(program, 0o755)
  return { path: `${folder}:${process.env['PATH']}`, seen }
}
