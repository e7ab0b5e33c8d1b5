import type { Purpose, Token } from '../../model/token.ts'

// Who asks: a token, or somebody on this very machine.
export type Asker = { is: 'token'; token: Token } | { is: 'loopback' }

// ask: for a release, a way back, a cancel. read: the requests
// of an app. list: which apps there are. metrics: of all apps.
export type Deed = 'ask' | 'read' | 'list' | 'ping' | 'metrics'

const RIGHTS: Record<Purpose, readonly Deed[]> = {
  release: ['ask', 'read', 'ping'],
  read: ['read', 'list', 'ping', 'metrics'],
  ping: ['ping'],
  webhook: [],
}

// Whether this is among what the asker may do at all, of whichever app.
export function mayDo(asker: Asker, deed: Deed): boolean {
  if (asker.is === 'loopback') return deed !== 'ask'
  return RIGHTS[asker.token.purpose].includes(deed) && (deed !== 'metrics' || asker.token.app === null)
}

// Whether the asker may know of this app.
export function seesApp(asker: Asker, app: string): boolean {
  return asker.is === 'loopback' || asker.token.app === null || asker.token.app === app
}

// As the audit log and the pages call them.
export function nameOf(asker: Asker): string {
  return asker.is === 'loopback' ? 'loopback' : asker.token.name
}
