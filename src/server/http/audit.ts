import { chmodSync, closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { cleanOfEscapes } from '../../model/printable.ts'
import { withoutTokens } from './tokens.ts'

// One request with its outcome. `who`: a token's name, 'loopback',
// which webhook, or null. `request`: the one that was accepted.
export type AuditEntry = {
  time: string
  address: string
  method: string
  path: string
  who: string | null
  status: number
  request: number | null
  ms: number
}
export type Audit = { write(entry: AuditEntry): void; close(): void }

const ROTATE_AT = 64 * 1024 * 1024
const KEPT = 8

// Appends a JSON line for every entry, on disk when write() returns as far as kill -9 is concerned; FILE.1 is the
// newest of the old ones. What cannot be written is told, and keeps nobody from working.
export function openAudit(file: string, failed: (error: unknown) => void, rotateAt = ROTATE_AT): Audit {
  let log = opened(file)
  let limit = rotateAt
  // The old one is closed only when there is a new one: until then
  // it is written to, and tried again when it has grown by a tenth.
  const rotate = () => {
    limit = log.size + rotateAt / 10
    for (let n = KEPT - 1; n >= 0; n--) renameIfThere(n === 0 ? file : `${file}.${n}`, `${file}.${n + 1}`)
    const old = log
    log = opened(file)
    limit = rotateAt
    closeSync(old.descriptor)
  }
  const rotateOrGoOn = () => {
    try {
      rotate()
    } catch (error) {
      failed(error)
    }
  }
  return {
    write: (entry) => {
      try {
        const line = Buffer.from(
          `${JSON.stringify({ ...entry, method: entry.method.slice(0, 20), path: shownPath(entry.path) })}\n`,
        )
        if (log.size > 0 && log.size + line.length > limit) rotateOrGoOn()
        log.size += writeSync(log.descriptor, line)
      } catch (error) {
        failed(error)
      }
    },
    close: () => closeSync(log.descriptor),
  }
}

// A path as it may be written down: decoded, without tokens, not endless.
export function shownPath(path: string): string {
  const text = decoded(decoded(decoded(path)))
  const clean = withoutTokens(cleanOfEscapes(text).replace(/[\n\t]/g, ' '))
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean
}

// Also where it is not UTF-8, or not encoded right.
function decoded(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

function opened(file: string): { descriptor: number; size: number } {
  const descriptor = openSync(file, 'a', 0o600)
  chmodSync(file, 0o600)
  return { descriptor, size: fstatSync(descriptor).size }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
