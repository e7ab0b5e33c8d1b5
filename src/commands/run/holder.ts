import { hostname, userInfo } from 'node:os'
import type { Holder } from '../../model/host.ts'

// Who takes a lock here, and for what.
export function holderFor(what: string): Holder {
  return { who: userInfo().username, from: hostname(), what, since: new Date().toISOString() }
}
