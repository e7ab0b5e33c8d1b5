import { readFile } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'
import type { Secret } from '../model/secret.ts'
import { typeOfBlob } from './known-hosts.ts'

export type AskPassphrase = (keyFile: string) => Promise<Secret | undefined>

// The private keys of one run: each file is read and parsed once, each passphrase asked for once.
export type KeyFiles = {
  publicKey(file: string): Promise<Buffer | undefined> // undefined: no such file, or no key that we can use
  privateKey(file: string): Promise<ParsedKey | undefined>
}

const ATTEMPTS = 3

export function createKeyFiles(ask: AskPassphrase): KeyFiles {
  const publicKeys = new Map<string, Promise<Buffer | undefined>>()
  const privateKeys = new Map<string, Promise<ParsedKey | undefined>>()
  let asking: Promise<unknown> = Promise.resolve()

  const unlock = async (file: string): Promise<ParsedKey | undefined> => {
    const bytes = await readIfThere(file)
    if (bytes === undefined) return undefined
    const open = parse(bytes)
    if (open !== undefined || !isEncrypted(bytes)) return open
    // One question at a time, whoever asks: two prompts on one terminal would mix.
    const answer = asking.then(() => askFor(file, bytes, ask))
    asking = answer.catch(() => undefined)
    return answer
  }
  const privateKey = (file: string): Promise<ParsedKey | undefined> => once(privateKeys, file, () => unlock(file))
  const publicKey = async (file: string): Promise<Buffer | undefined> => {
    const bytes = await readIfThere(file)
    if (bytes === undefined) return (await readPublicFile(file))?.blob
    return publicPart(bytes) ?? (await readPublicFile(file))?.blob ?? (await privateKey(file))?.getPublicSSH()
  }
  return { privateKey, publicKey: (file) => once(publicKeys, file, () => publicKey(file)) }
}

// The public key that lies beside a private key (FILE.pub), whatever its type.
export async function readPublicFile(file: string): Promise<{ type: string; blob: Buffer } | undefined> {
  const text = (await readIfThere(`${file}.pub`))?.toString('utf8')
  const [type, key] = text?.trim().split(/\s+/) ?? []
  if (type === undefined || key === undefined) return undefined
  const blob = Buffer.from(key, 'base64')
  return typeOfBlob(blob) === type ? { type, blob } : undefined
}

async function askFor(file: string, bytes: Buffer, ask: AskPassphrase): Promise<ParsedKey | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const passphrase = await ask(file)
    if (passphrase === undefined) return undefined
    const key = parse(bytes, passphrase.reveal())
    if (key !== undefined) return key
  }
  return undefined
}

function parse(bytes: Buffer, passphrase?: string): ParsedKey | undefined {
  const key: unknown = ssh2.utils.parseKey(bytes, passphrase)
  const first: unknown = Array.isArray(key) ? key[0] : key
  return first instanceof Error ? undefined : (first as ParsedKey)
}

const MAGIC = 'openssh-key-v1\0'

// The bytes inside OpenSSH's own armour, where the cipher and the public key stand in the clear.
function insides(bytes: Buffer): Buffer | undefined {
  const armour = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(bytes.toString('latin1'))
  const body = armour?.[1] === undefined ? undefined : Buffer.from(armour[1], 'base64')
  return body?.toString('latin1', 0, MAGIC.length) === MAGIC ? body.subarray(MAGIC.length) : undefined
}

function isEncrypted(bytes: Buffer): boolean {
  const inside = insides(bytes)
  return inside === undefined ? bytes.includes('ENCRYPTED') : typeOfBlob(inside) !== 'none'
}

function publicPart(bytes: Buffer): Buffer | undefined {
  const inside = insides(bytes)
  if (inside === undefined) return undefined
  const strings = readStrings(inside, 3) // cipher, kdf, kdf options
  const start = strings + 4 // number of keys
  if (inside.length < start + 4) return undefined
  const length = inside.readUInt32BE(start)
  return inside.subarray(start + 4, start + 4 + length)
}

// Where the bytes after this many length-prefixed strings begin.
function readStrings(bytes: Buffer, count: number): number {
  let offset = 0
  for (let n = 0; n < count && offset + 4 <= bytes.length; n += 1) offset += 4 + bytes.readUInt32BE(offset)
  return offset
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}

function once<T>(known: Map<string, Promise<T>>, file: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(file) ?? make()
  known.set(file, value)
  return value
}
