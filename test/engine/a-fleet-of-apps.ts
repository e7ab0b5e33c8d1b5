import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { appPaths } from '../../src/model/app-paths.ts'
import type { App, AppServer, Definitions } from '../../src/model/definitions.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { MemoryServer } from '../support/memory-server.ts'
import { app, cluster, definitions, on, server, withApps } from '../support/builders.ts'
import { aBareServer, phpPackagesOf } from '../support/memory/bookworm.ts'
import { contentAt, putInPlace } from '../support/memory/tree.ts'
import { actionsIn, planFor, provision } from '../support/runs.ts'

// Two web servers in memory whose mirror has two versions of PHP, and what apps may be on them.

export const SERVERS = ['web-1', 'web-2'] as const

const KEY = readFileSync(fileURLToPath(new URL('../model/openpgp/one.gpg', import.meta.url)))
const SOURCE = {
  kind: 'custom',
  uri: 'http://php.example.com/',
  suites: ['bookworm'],
  components: ['main'],
  key: { path: '/usr/share/keyrings/php.gpg' },
  pin: [],
} as const

export function fleet(): MemoryServer[] {
  return SERVERS.map((name) => {
    const made = aBareServer(name)
    const { machine } = made
    machine.repositories = [
      ...machine.repositories,
      {
        uri: SOURCE.uri,
        suite: 'bookworm',
        signedBy: undefined,
        packages: phpPackagesOf('8.4', '8.4.1').map((each) =>
          each.name === 'php-redis' ? { name: 'php8.4-redis', version: '5.3.7' } : each,
        ),
      },
    ]
    putInPlace(machine, SOURCE.key.path, { type: 'file', content: KEY, mode: '644', owner: 'root', group: 'root' })
    return made
  })
}

// Definitions of these apps on a cluster with both versions.
export function withFleet(...apps: App[]): Definitions {
  return withApps(
    definitions(cluster({ php: ['8.2', '8.4'], phpSource: SOURCE, servers: SERVERS.map((name) => server(name)) })),
    ...apps,
  )
}

const programs = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('default', 'mail'),
    workers: fc.integer({ min: 1, max: 3 }),
    command: fc.constantFrom('queue:work', 'queue:work --sleep=3'),
    stopWaitTimeout: fc.constant(3600),
  }),
  { selector: ({ name }) => name },
)

const onServer = (name: string): fc.Arbitrary<AppServer | undefined> =>
  fc.option(
    fc
      .record({
        web: fc.option(fc.record({ pm: fc.constant('static' as const), maxWorkers: fc.integer({ min: 1, max: 4 }) }), {
          nil: undefined,
        }),
        queues: programs,
        scheduler: fc.boolean(),
      })
      .map((more) => on(name, more)),
    { nil: undefined },
  )

const anApp = (name: string): fc.Arbitrary<App | undefined> =>
  fc.option(
    fc
      .record({
        first: onServer('web-1'),
        second: onServer('web-2'),
        php: fc.constantFrom('8.2', '8.4'),
        requestDuration: fc.constantFrom(undefined, 60),
      })
      .map(({ first, second, ...more }) =>
        app(
          name,
          [first, second].filter((each) => each !== undefined),
          more,
        ),
      ),
    { nil: undefined },
  )

export const wishes: fc.Arbitrary<Definitions> = fc
  .tuple(anApp('shop'), anApp('blog'))
  .map((apps) => withFleet(...apps.filter((each) => each !== undefined)))

// A release of an app, as somebody or another command puts it there.
export function release({ machine }: MemoryServer, name: string): void {
  putInPlace(machine, appPaths(name).current, {
    type: 'link',
    target: 'releases/aaaaaaaaaaaa-1',
    owner: name,
    group: name,
  })
}

// Gives every app that has a home on a server a release.
export function releaseAll(servers: readonly MemoryServer[]): void {
  for (const each of servers) {
    for (const name of ['shop', 'blog']) {
      if (each.machine.entries.has(appPaths(name).base) && !each.machine.entries.has(appPaths(name).current))
        release(each, name)
    }
  }
}

export const QUEUE = { name: 'default', command: 'queue:work', workers: 2, stopWaitTimeout: 3600 }
export const shop = (...servers: Parameters<typeof on>[]) =>
  app(
    'shop',
    servers.map((each) => on(...each)),
  )

// What each stage of a plan does.
export const said = (plan: Plan) =>
  plan.stages.map((stage) => [
    stage.name,
    ...stage.servers.flatMap((entry) => entry.actions.map(({ verb, address }) => `${verb} ${address}`)),
  ])
export const named = (servers: readonly MemoryServer[], name: string) =>
  servers.find((each) => each.name === name) as MemoryServer
export const text = (of: MemoryServer, path: string) => contentAt(of.machine, path)?.toString('utf8') ?? ''

// The fleet as these definitions want it, every app released.
export async function configured(wanted: Definitions): Promise<MemoryServer[]> {
  const servers = fleet()
  await provision(wanted, servers)
  releaseAll(servers)
  assert.equal((await provision(wanted, servers)).problems, [])
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
  return servers
}
