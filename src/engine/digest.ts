import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

// The one spelling of a value as JSON (RFC 8785): sorted keys, no spaces. Members that are undefined are left out.
export function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('bug: a value that has no JSON form')
  return text
}

// sha256:… of a value's canonical form.
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`
}
