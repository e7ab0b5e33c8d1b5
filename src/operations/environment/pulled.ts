import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../environment/environment.ts'
import { type Fingerprint, fingerprintOf } from '../../environment/fingerprint.ts'
import { isEncrypted } from './age.ts'
import { writePrivately } from '../files.ts'

// The sha256 of an encrypted file as it lies here; null of a plain one, whose digest would help to guess it.
export type Ciphertext = string | null

// What is remembered of a pull: which file, from which server, and a fingerprint of what it was, without any value.
export type Pulled = {
  format: 1
  app: string
  file: string
  server: string
  ciphertext: Ciphertext
  fingerprint: Fingerprint
}

// What tells one encrypted file from another without decrypting either.
export function ciphertextOf(bytes: Uint8Array): Ciphertext {
  return isEncrypted(bytes) ? createHash('sha256').update(bytes).digest('hex') : null
}

// Notes a pull below the state folder, 0600; the last one into a file counts.
export async function notePull(
  state: string,
  pull: { app: string; file: string; server: string; ciphertext: Ciphertext; environment: Environment },
): Promise<void> {
  await mkdir(join(state, 'environments'), { recursive: true, mode: 0o700 })
  const { environment, ...what } = pull
  const record: Pulled = { format: 1, ...what, fingerprint: fingerprintOf(environment, randomBytes(32)) }
  await writePrivately(placeOf(state, pull), `${JSON.stringify(record)}\n`)
}

// The last pull into a file, as far as it is remembered. A record that is not of this form is none.
export async function lastPull(state: string, of: { app: string; file: string }): Promise<Pulled | undefined> {
  const text = await readFile(placeOf(state, of), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (text === undefined) return undefined
  try {
    const record = JSON.parse(text) as Pulled
    if (record.format !== 1 || !isFingerprint(record.fingerprint) || typeof record.server !== 'string') return undefined
    // Not in what was noted before files could be encrypted.
    return { ...record, ciphertext: typeof record.ciphertext === 'string' ? record.ciphertext : null }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function isFingerprint(value: Partial<Fingerprint> | undefined): value is Fingerprint {
  return (
    /^[0-9a-f]{64}$/.test(value?.salt ?? '') &&
    typeof value?.content === 'string' &&
    Array.isArray(value.tags) &&
    value.tags.every((tag) => Array.isArray(tag) && tag.length === 2 && tag.every((part) => typeof part === 'string'))
  )
}

function placeOf(state: string, { app, file }: { app: string; file: string }): string {
  return join(state, 'environments', `${app}-${createHash('sha256').update(file).digest('hex').slice(0, 16)}.json`)
}
