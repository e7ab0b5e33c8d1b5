import { createHash } from 'node:crypto'

// Fingerprints of the primary public keys in an OpenPGP keyring, armored or not, upper case hex, in file order.
// What cannot be read gives no fingerprint, and a key without the expected one is refused.
// Packet framing: RFC 9580 4.2; v4 fingerprint: SHA-1 of 0x99, two length bytes, body (5.5.4.2); v6: SHA-256 (5.5.4.3).
export function primaryFingerprints(keyring: Uint8Array): string[] {
  const bytes = withoutArmor(Buffer.from(keyring))
  const found: string[] = []
  let at = 0
  while (at < bytes.length) {
    const packet = packetAt(bytes, at)
    if (packet === undefined) return found.length === 0 ? [] : [...found, 'UNREADABLE']
    if (packet.tag === PUBLIC_KEY) found.push(fingerprint(packet.body))
    at = packet.end
  }
  return found
}

const PUBLIC_KEY = 6

// The binary form: what lies in an armored block, decoded; anything else as it is.
export function withoutArmor(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  if (!text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return bytes
  const blocks = text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g)
  return Buffer.concat([...blocks].map((block) => Buffer.from(armoredBody(block[1] as string), 'base64')))
}

function armoredBody(block: string): string {
  const lines = block.split(/\r?\n/)
  const headersEnd = lines.findIndex((line) => line.trim() === '')
  return lines
    .slice(headersEnd + 1)
    .filter((line) => !line.startsWith('=')) // the CRC
    .join('')
}

type Packet = { tag: number; body: Buffer; end: number }

function packetAt(bytes: Buffer, at: number): Packet | undefined {
  const head = bytes[at] as number
  if ((head & 0x80) === 0) return undefined
  const isNew = (head & 0x40) !== 0
  const size = isNew ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, head & 3)
  if (size === undefined || size.start + size.length > bytes.length) return undefined
  const end = size.start + size.length
  return { tag: isNew ? head & 0x3f : (head >> 2) & 0x0f, body: bytes.subarray(size.start, end), end }
}

function newLength(bytes: Buffer, at: number): { start: number; length: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < 192) return { start: at + 1, length: first }
  if (first < 224 && at + 1 < bytes.length)
    return { start: at + 2, length: ((first - 192) << 8) + (bytes[at + 1] as number) + 192 }
  if (first === 255 && at + 4 < bytes.length) return { start: at + 5, length: bytes.readUInt32BE(at + 1) }
  return undefined // partial lengths are not allowed for keys
}

function oldLength(bytes: Buffer, at: number, type: number): { start: number; length: number } | undefined {
  if (type === 3) return undefined
  const size = 1 << type
  if (at + size > bytes.length) return undefined
  return { start: at + size, length: bytes.readUIntBE(at, size) }
}

function fingerprint(body: Buffer): string {
  const version = body[0]
  if (version === 4) {
    const head = Buffer.from([0x99, body.length >> 8, body.length & 0xff])
    return createHash('sha1').update(head).update(body).digest('hex').toUpperCase()
  }
  if (version === 6) {
    const head = Buffer.alloc(5)
    head[0] = 0x9b
    head.writeUInt32BE(body.length, 1)
    return createHash('sha256').update(head).update(body).digest('hex').toUpperCase()
  }
  return 'UNREADABLE'
}
