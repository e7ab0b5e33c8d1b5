import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { FlightError } from '../../model/errors.ts'
import { briefly } from '../../model/printable.ts'
import { isThere } from '../files.ts'

// What age is run with: the environment that has its PATH, and what ends it.
export type AgeWorld = { environment: NodeJS.ProcessEnv; signal: AbortSignal }

const BINARY = 'age-encryption.org/v1\n'
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----'

// An environment file has at most 1 MB (src/environment/parse.ts); armored and for many keys it stays below this.
const MOST_BYTES = 8 * 1024 * 1024
const MOST_SAID = 64 * 1024

// Whether a file is in age's format, armored or not.
export function isEncrypted(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 100)).toString('latin1')
  return head.startsWith(BINARY) || head.trimStart().startsWith(ARMOR)
}

// Encrypts to the keys in these files, armored; warns of keys that age leaves out.
export async function encrypt(
  plain: Uint8Array,
  keys: readonly string[],
  world: AgeWorld,
): Promise<{ bytes: Uint8Array; warnings: string[] }> {
  const files = keys.map((file) => resolve(file))
  const { code, bytes, said } = await runAge(
    ['--encrypt', '--armor', ...files.flatMap((file) => ['-R', file])],
    plain,
    world,
  )
  if (code === 0) return { bytes, warnings: agesWarnings(said, files) }
  throw refused(
    '--encrypt',
    agesError(said, files),
    'a file of SSH public keys (ssh-ed25519, ssh-rsa) or age recipients, one a line without options before them',
  )
}

// Decrypts a file with these identities, otherwise with the
// user's own SSH keys; age asks for a passphrase at the terminal.
export async function decrypt(
  { file, bytes }: { file: string; bytes: Uint8Array },
  identities: readonly string[],
  world: AgeWorld,
): Promise<Uint8Array> {
  const files = identities.length > 0 ? identities.map((each) => resolve(each)) : await ownIdentities()
  if (files.length === 0)
    throw refused(
      file,
      'is encrypted, and there is no key of yours that could open it: neither ~/.ssh/id_ed25519 nor ~/.ssh/id_rsa',
      '--identity FILE names a private key',
    )
  const {
    code,
    bytes: plain,
    said,
  } = await runAge(['--decrypt', ...files.flatMap((each) => ['-i', each])], bytes, world)
  // What came before age refused is not to be believed.
  if (code === 0) return plain
  throw refused(
    file,
    `cannot be decrypted: ${agesError(said, files)}`,
    '--identity FILE names another private key; a damaged file is made anew by flight env:pull --encrypt',
  )
}

// The kinds of SSH keys that age opens.
async function ownIdentities(): Promise<string[]> {
  const files = ['id_ed25519', 'id_rsa'].map((name) => join(homedir(), '.ssh', name))
  const there = await Promise.all(files.map(isThere))
  return files.filter((_, index) => there[index])
}

type Answer = { code: number | null; bytes: Uint8Array; said: string }

// Content goes in and comes out by pipes alone; in the words are flags and names of files.
function runAge(words: readonly string[], input: Uint8Array, { environment, signal }: AgeWorld): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn('age', words, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...environment, LC_ALL: 'C' }, signal })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let size = 0
    let saidSize = 0
    let notFed: Error | undefined
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MOST_BYTES) return void out.push(chunk)
      child.stdout.destroy()
      child.kill()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (saidSize < MOST_SAID) err.push(chunk.subarray(0, MOST_SAID - saidSize))
      saidSize += chunk.length
    })
    // Where age refuses it does not wait for all of the content.
    child.stdin.on('error', (error) => (notFed = error))
    child.stdin.end(input)
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(signal.aborted ? interrupted() : error.code === 'ENOENT' || error.code === 'EACCES' ? missing() : error),
    )
    child.once('close', (code) => {
      if (signal.aborted) reject(interrupted())
      else if (size > MOST_BYTES)
        reject(refused('age', `wrote more than ${MOST_BYTES / 1024 / 1024} MB`, 'an environment file has at most 1 MB'))
      // Half of a file, well encrypted, would be the worst end.
      else if (code === 0 && notFed !== undefined) reject(notFed)
      else resolve({ code, bytes: Buffer.concat(out), said: Buffer.concat(err).toString('utf8') })
    })
  })
}

function missing(): FlightError {
  return refused('', 'age is not here, and encrypted environment files need it', 'apt install age (brew install age)')
}

function interrupted(): FlightError {
  return new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted while age ran: nothing was done' })
}

function refused(where: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_USAGE', where, what, hint })
}

// Why age refused: its last error, which begins so; behind it age says where to report what does not help.
export function agesError(said: string, files: readonly string[]): string {
  return linesAfter('age: error: ', said, files).at(-1) ?? 'age ended without a word'
}

// What age warns of, such as keys of a kind that it leaves out.
export function agesWarnings(said: string, files: readonly string[]): string[] {
  return linesAfter('age: warning: ', said, files)
}

function linesAfter(mark: string, said: string, files: readonly string[]): string[] {
  return said
    .split('\n')
    .flatMap((line) => (line.startsWith(mark) ? [briefly(withoutQuotes(line.slice(mark.length), files))] : []))
}

// age quotes what it does not understand, which may be content of a
// file; only names that it was given, and kinds of keys, are shown.
function withoutQuotes(line: string, files: readonly string[]): string {
  return line.replace(/"((?:[^"\\]|\\.)*)"?/g, (quoted, text: string) =>
    files.includes(text) || /^(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+$/.test(text) ? quoted : '"…"',
  )
}
