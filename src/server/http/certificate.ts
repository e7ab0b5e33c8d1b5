import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Server } from 'node:https'
import { FlightError } from '../../model/errors.ts'

export type Pair = { cert: Buffer; key: Buffer }
type Files = { certificate: string; key: string }

// The certificate and its key; refused where they do not belong together or are over.
export async function readPair({ certificate, key }: Files, now: Date): Promise<Pair> {
  const read = (file: string) =>
    readFile(file).catch((error: unknown) => bad(file, `cannot be read: ${(error as Error).message}`))
  const pair = { cert: await read(certificate), key: await read(key) }
  const parsed = parsedPair(pair, certificate)
  if (!parsed.cert.checkPrivateKey(parsed.key)) return bad(key, 'is not the key of the certificate')
  if (Date.parse(parsed.cert.validTo) <= now.getTime())
    return bad(certificate, `is valid until ${parsed.cert.validTo} only`)
  return pair
}

// Looks at the files every so many milliseconds and takes them when they
// changed; a pair that is no good leaves the old one and is told of.
export function followPair(
  server: Server,
  files: Files,
  { every, told, now }: { every: number; told(text: string): void; now(): Date },
): () => void {
  let seen: string | undefined
  let isLooking = false
  const look = async () => {
    const state = await stateOf(files)
    if (state === (seen ??= state)) return
    seen = state
    try {
      server.setSecureContext(await readPair(files, now()))
      told(`the certificate ${files.certificate} was read again`)
    } catch (error) {
      told(`the new certificate is not used, the old one stays: ${(error as Error).message}`)
    }
  }
  const lookOnce = () => {
    if (isLooking) return
    isLooking = true
    void look().finally(() => (isLooking = false))
  }
  lookOnce()
  const timer = setInterval(lookOnce, every).unref()
  return () => clearInterval(timer)
}

async function stateOf({ certificate, key }: Files): Promise<string> {
  const states = await Promise.all(
    [certificate, key].map((file) =>
      stat(file).then(
        ({ mtimeMs, ino, size }) => `${mtimeMs} ${ino} ${size}`,
        () => 'missing',
      ),
    ),
  )
  return states.join(', ')
}

function parsedPair(
  { cert, key }: Pair,
  certificate: string,
): { cert: X509Certificate; key: ReturnType<typeof createPrivateKey> } {
  try {
    return { cert: new X509Certificate(cert), key: createPrivateKey(key) }
  } catch (error) {
    return bad(certificate, `or its key is not PEM: ${(error as Error).message}`)
  }
}

function bad(file: string, what: string): never {
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: file,
    what,
    hint: 'serve.tls of flight.yml names the certificate with its chain, and its key',
  })
}
