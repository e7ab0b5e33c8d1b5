import { environmentPath } from '../../src/model/app-paths.ts'
import type { App, Definitions } from '../../src/model/definitions.ts'
import type { ReleaseWish } from '../../src/model/release.ts'
import type { Receipt } from '../../src/model/receipt.ts'
import { app, on } from '../support/builders.ts'
import { MemoryServer } from '../support/memory-server.ts'
import { takeBackUnconfirmed } from '../support/memory/pushes.ts'
import { goBackUnconfirmed, liveOf } from '../support/memory/releases.ts'
import { putInPlace } from '../support/memory/tree.ts'
import { apply, planFor, provision, type RunOptions } from '../support/runs.ts'
import { fleet, withFleet } from './a-fleet-of-apps.ts'

// An app on two servers in memory that is released, with commands of every sort and workers on the second.

export const SHOP: App = app(
  'shop',
  [
    on('web-1', { deployCommands: ['artisan migrate --force'] }),
    on('web-2', {
      deployCommands: ['artisan search:index'],
      queues: [{ name: 'default', command: 'queue:work', workers: 2, stopWaitTimeout: 60 }],
      scheduler: true,
    }),
  ],
  {
    healthCheck: { path: '/up', host: undefined, status: 200, timeout: 5, retries: 1 },
    releaseCommands: ['artisan config:cache', 'artisan route:cache'],
    afterCommands: ['artisan notify'],
    keepReleases: 3,
  },
)
export const WANTED: Definitions = withFleet(SHOP)

// A commit whose digits are all the same.
export function commit(digit: string, without: readonly string[] = []): ReleaseWish {
  return {
    app: 'shop',
    does: 'release',
    commit: digit.repeat(40),
    tree: digit.repeat(40),
    subject: `Commit ${digit}`,
    ref: 'refs/heads/main',
    without,
  }
}
export const nameOf = (digit: string, number = 1) => `${digit.repeat(12)}-${number}`
export const back = (name?: string): ReleaseWish => ({ app: 'shop', does: 'rollback', name, without: [] })

// The servers with the app configured and its environment file there, and no release yet.
export async function configuredFleet(wanted: Definitions = WANTED): Promise<MemoryServer[]> {
  const servers = fleet()
  const { problems } = await provision(wanted, servers)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  for (const { machine } of servers)
    putInPlace(machine, environmentPath(SHOP), {
      type: 'file',
      content: Buffer.from('APP_KEY=x\n'),
      mode: '600',
      owner: 'shop',
      group: 'shop',
    })
  return servers
}

export async function released(
  servers: readonly MemoryServer[],
  wish: ReleaseWish,
  wanted: Definitions = WANTED,
  options: RunOptions = {},
): Promise<Receipt> {
  return apply(await planFor(wanted, servers, { ...options, releases: [wish] }), wanted, servers, options)
}

// The same servers once more, as they are now.
export function copyOf(servers: readonly MemoryServer[]): MemoryServer[] {
  return servers.map(({ name, machine }) => new MemoryServer(name, structuredClone(machine)))
}

// Which release each of them serves.
export const live = (servers: readonly MemoryServer[]) => servers.map(({ machine }) => liveOf(machine, 'shop'))

// What happens by itself once a run is over: what runs comes to its end, what nobody confirmed goes back.
export function aWhileLater(servers: readonly MemoryServer[]): void {
  for (const each of servers) {
    each.settle()
    goBackUnconfirmed(each.machine)
    takeBackUnconfirmed(each.machine)
    each.reachable = true
    each.faults = []
  }
}
