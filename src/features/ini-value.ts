import type { Ini } from '../model/definitions.ts'

// Values as an ini file of PHP wants them, by name: the same settings, the same bytes.
export function written(ini: Ini): Record<string, string> {
  const entries = Object.entries(ini).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, value]) => [key, iniValue(value)]))
}

// An expression of PHP's error constants means something only outside quotes: E_ALL & ~E_DEPRECATED.
const ERRORS = /^~?E_[A-Z_]+(?: *[&|^] *~?E_[A-Z_]+)*$/

// Bare where nothing in it is special, single-quoted (nothing is expanded) otherwise.
export function iniValue(value: string): string {
  if (/^[A-Za-z0-9_./,:@+-]+$/.test(value) || ERRORS.test(value)) return value
  return value.includes("'") ? `"${value.replace(/["\\$]/g, '\\$&')}"` : `'${value}'`
}
