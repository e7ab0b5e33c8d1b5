import type { FleetServer } from '../../../src/model/fleet.ts'
import type { Request } from '../../../src/model/request.ts'
import type { Receiver } from '../../../src/model/serve-settings.ts'
import { OCCASIONS } from '../../../src/model/serve-settings.ts'
import type { Planned } from '../../../src/server/notices/occurrence.ts'

export const COMMIT = '3f9a1c2b7d0455aa66bb77cc88dd99ee00ff1122'

export function aRequest(other: Partial<Request> = {}): Request {
  return {
    id: 42,
    app: 'shop',
    wish: { does: 'release', commit: COMMIT, ref: 'main', older: false },
    key: null,
    by: 'ci-shop',
    asked: '2026-11-23T03:30:00.000Z',
    state: 'running',
    notBefore: null,
    attempts: 1,
    cancelled: null,
    began: '2026-11-23T03:30:01.000Z',
    ended: null,
    release: null,
    end: null,
    supersededBy: null,
    ...other,
  }
}

export function planned(other: Partial<Planned> = {}): Planned {
  return { release: '3f9a1c2b7d04-1', commit: COMMIT, subject: 'Sell more', servers: ['web-1', 'web-2'], ...other }
}

export function aServer(name: string, state: FleetServer['state'], other: Partial<FleetServer> = {}): FleetServer {
  return { name, cluster: 'production', state, drift: [], problems: [], ...other }
}

export function aReceiver(other: Partial<Receiver> = {}): Receiver {
  return { name: 'team', urlFile: '/nowhere', format: 'json', on: OCCASIONS, ...other }
}
