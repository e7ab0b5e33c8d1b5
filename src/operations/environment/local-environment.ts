import { readFile } from 'node:fs/promises'
import type { Environment } from '../../environment/environment.ts'
import { parseEnvironment } from '../../environment/parse.ts'
import { decrypt, isEncrypted } from './age.ts'
import { isThere, pathFromHere, reading } from '../files.ts'
import { type Ciphertext, ciphertextOf } from './pulled.ts'

// An environment file that lies here, decrypted where it was encrypted: `bytes` is what goes to servers.
export type LocalEnvironment = { file: string; bytes: Uint8Array; environment: Environment; ciphertext: Ciphertext }

// The file that is meant where none is named: .env.APP, or .env.APP.age where only that is there.
export async function defaultFile(app: string): Promise<string> {
  const plain = `.env.${app}`
  return !(await isThere(plain)) && (await isThere(`${plain}.age`)) ? `${plain}.age` : plain
}

// Reads an environment file; the content of an encrypted one is in memory alone.
export async function readLocalEnvironment(
  name: string,
  identities: readonly string[],
  signal: AbortSignal,
): Promise<LocalEnvironment> {
  const file = await pathFromHere(name)
  const lies = await reading(file, () => readFile(file))
  const bytes = isEncrypted(lies)
    ? await decrypt({ file, bytes: lies }, identities, { environment: process.env, signal })
    : lies
  return { file, bytes, environment: parseEnvironment(bytes, file), ciphertext: ciphertextOf(lies) }
}
