import { hostname } from 'node:os'
import type { Holder } from '../model/host.ts'

// Who takes a lock from here, and for what.
export function holderFor(who: string, what: string): Holder {
  return { who, from: hostname(), what, since: new Date().toISOString() }
}
