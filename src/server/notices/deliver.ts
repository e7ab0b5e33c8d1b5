import { readFile } from 'node:fs/promises'

// `wait`: milliseconds that the receiver asks for.
export type Delivery = { is: 'sent' } | { is: 'failed'; why: string; wait: number } | { is: 'refused'; why: string }
export type Fetch = typeof globalThis.fetch
type How = { fetch: Fetch; now(): Date; timeout: number; stopping: AbortSignal }

// Sends a body once. Why it failed never says where it went.
export async function deliver(file: string, body: unknown, { fetch, now, timeout, stopping }: How): Promise<Delivery> {
  const address = await addressIn(file)
  if ('fault' in address) return { is: 'failed', why: address.fault, wait: 0 }
  const ending = new AbortController()
  const stop = () => ending.abort()
  stopping.addEventListener('abort', stop)
  if (stopping.aborted) stop()
  const timer = setTimeout(() => ending.abort(new DOMException('it took too long', 'TimeoutError')), timeout)
  try {
    const { signal } = ending
    const headers = { 'content-type': 'application/json', 'user-agent': 'flight' }
    const answer = await fetch(address.url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    })
    // What it says is of no interest, and may be endless.
    void answer.body?.cancel().catch(() => undefined)
    if (answer.ok) return { is: 'sent' }
    const why = `answered ${answer.status}`
    const isFinal = answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429
    return isFinal
      ? { is: 'refused', why }
      : { is: 'failed', why, wait: waitAsked(answer.headers.get('retry-after'), now()) }
  } catch (error) {
    return { is: 'failed', why: faultOf(error), wait: 0 }
  } finally {
    clearTimeout(timer)
    stopping.removeEventListener('abort', stop)
  }
}

// Retry-After: seconds or a date; 0 where it is neither.
export function waitAsked(header: string | null, now: Date): number {
  if (header === null) return 0
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime()
  return Number.isFinite(wait) ? Math.max(0, wait) : 0
}

// The messages of such errors name addresses; their codes do not.
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'could not be sent'
  if (error.name === 'TimeoutError') return 'did not answer in time'
  const { code } = (error.cause ?? error) as { code?: unknown }
  return typeof code === 'string' ? `could not be sent: ${code}` : 'could not be sent'
}

// Where a notice goes, or why that is not known. Neither names what stands in the file: it is a secret.
async function addressIn(file: string): Promise<{ url: URL } | { fault: string }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => ({
    code: error.code ?? 'unreadable',
  }))
  if (typeof text !== 'string') return { fault: `${file} cannot be read: ${text.code}` }
  const written = text.trim()
  if (!URL.canParse(written)) return { fault: `${file} holds no address` }
  const url = new URL(written)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { fault: `${file} holds an address that is neither https nor http` }
  if (url.username !== '' || url.password !== '')
    return { fault: `${file} holds an address with a user or a password, which is not understood` }
  return { url }
}
