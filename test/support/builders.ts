import { resolveServe } from '../../src/definitions/resolve-serve.ts'
import type { App, AppServer, Cluster, Definitions } from '../../src/model/definitions.ts'
import type { Holder } from '../../src/model/host.ts'
import { configuring } from '../../src/engine/undertakings/configuration.ts'
import type { ReleaseCargo } from '../../src/model/release.ts'
import type { Resource } from '../../src/model/resource.ts'
import type { Server, SshSettings, System } from '../../src/model/server.ts'

// Small builders of definitions: a test says only what it is about.

export const SSH: SshSettings = {
  user: 'root',
  port: 22,
  jump: undefined,
  identityFile: undefined,
  become: false,
  connectTimeout: 10,
  transport: 'auto',
}

export function server(name: string, more: Partial<Server> = {}): Server {
  return { name, cluster: 'staging', host: `${name}.example.com`, webServer: true, ssh: SSH, ...more }
}

export function cluster(more: Partial<Cluster> = {}): Cluster {
  return {
    name: 'staging',
    file: 'clusters/staging.yml',
    php: ['8.2'],
    requestDuration: 30,
    requestPayload: 10,
    requestMemory: 128,
    phpExtensions: [],
    phpSource: { kind: 'auto' },
    phpReload: undefined,
    phpIni: {},
    packages: [],
    realIp: [],
    composer: undefined,
    servers: [],
    ...more,
  }
}

export function definitions(...clusters: Cluster[]): Definitions {
  return {
    root: '/srv/definitions',
    settings: {
      ssh: SSH,
      parallel: 10,
      serial: 'half',
      keepReleases: 5,
      state: '/srv/state',
      plans: '/srv/plans',
      serve: resolveServe({}, '/srv/definitions'),
    },
    clusters: [...clusters].sort((a, b) => (a.name < b.name ? -1 : 1)),
    apps: [],
  }
}

export function app(name: string, servers: readonly AppServer[], more: Partial<App> = {}): App {
  return {
    name,
    file: `apps/${name}.yml`,
    repo: `git@example.com:org/${name}.git`,
    deployKey: undefined,
    releaseFrom: [],
    releaseOn: undefined,
    subdirectory: undefined,
    php: '8.2',
    cluster: 'staging',
    domains: [`${name}.example.com`],
    redirects: {},
    publicDir: 'public',
    composerCommand: 'install',
    composerAuth: undefined,
    buildCommands: [],
    releaseCommands: [],
    afterCommands: [],
    linkedDirs: ['storage/app', 'storage/logs'],
    linkedFiles: ['.env'],
    keepReleases: 5,
    keepAssets: [],
    healthCheck: undefined,
    phpIni: {},
    requestDuration: undefined,
    requestPayload: undefined,
    requestMemory: undefined,
    servers,
    nginx: { proxy: {}, basicAuth: undefined, tls: undefined, include: undefined },
    ...more,
  }
}

// What an app has on a server: a small pool unless said otherwise.
export function on(name: string, more: Partial<AppServer> = {}): AppServer {
  return {
    name,
    web: { pm: 'ondemand', maxWorkers: 4 },
    deployCommands: [],
    queues: [],
    daemons: [],
    scheduler: false,
    cron: [],
    ...more,
  }
}

export function withApps(definitions: Definitions, ...apps: App[]): Definitions {
  return { ...definitions, apps: [...apps].sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

// What a cluster alone wants of one of its servers.
export function compileFor(of: Cluster, to: Server, system: System): readonly Resource[] {
  return configuring({ scope: EVERYTHING, apps: false, allowUpgrades: false }).wanted({
    definitions: definitions(of),
    cluster: of,
    server: to,
    system,
  }).resources
}

export const EVERYTHING = { clusters: [], apps: [], servers: [] }

// An artifact as a controller has it; a server in memory does not look inside.
export const CARGO: ReleaseCargo = {
  file: '/srv/state/artifacts/shop/artifact.tar.gz',
  size: 1000,
  sha256: 'c'.repeat(64),
  composerLock: undefined,
}

export const HOLDER: Holder = { who: 'ada', from: 'laptop', what: 'provision staging', since: '2000-01-01T00:00:00Z' }
