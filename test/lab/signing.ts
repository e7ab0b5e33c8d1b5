import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { must } from './command.ts'

// A throw-away signing key.
export type SigningKey = {
  // 40 hex digits, as gpg prints them.
  fingerprint: string
  binary: Buffer
  armored: Buffer
  sign(path: string, output: string, how: 'clear' | 'detached'): Promise<void>
  close(): void
}

// Makes a key in a keyring of its own.
export async function makeSigningKey(name: string): Promise<SigningKey> {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'))
  const gpg = (...args: string[]) => ['--homedir', home, '--batch', '--yes', '--quiet', ...args]
  await must(
    'gpg',
    gpg('--passphrase', '', '--quick-generate-key', `${name} <lab@example.invalid>`, 'ed25519', 'sign', 'never'),
  )
  const publicKey = join(home, 'public.gpg')
  await must('gpg', gpg('--output', publicKey, '--export'))
  const armored = await must('gpg', gpg('--armor', '--export'))
  const [fingerprint] = await keyFingerprints(publicKey)
  if (fingerprint === undefined) throw new Error(`gpg made no key in ${home}`)
  return {
    fingerprint,
    binary: readFileSync(publicKey),
    armored: Buffer.from(armored),
    async sign(path, output, how) {
      await must(
        'gpg',
        gpg(
          '--output',
          output,
          how === 'clear' ? '--clear-sign' : '--detach-sign',
          ...(how === 'clear' ? [] : ['--armor']),
          path,
        ),
      )
    },
    close() {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'])
      rmSync(home, { recursive: true, force: true })
    },
  }
}

// The fingerprints of the primary keys in a key file, binary or armored.
export async function keyFingerprints(path: string): Promise<string[]> {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'))
  try {
    const listed = await must('gpg', ['--homedir', home, '--batch', '--quiet', '--with-colons', '--show-keys', path])
    const lines = listed.split('\n').map((line) => line.split(':'))
    return lines.flatMap((line, at) => (line[0] === 'pub' ? [lines[at + 1]?.[9] ?? ''] : []))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
