import type { Cluster, Definitions } from '../../src/model/definitions.ts'
import type { Holder } from '../../src/model/host.ts'
import type { Server, SshSettings } from '../../src/model/server.ts'

// Small builders of definitions: a test says only what it is about.

export const SSH: SshSettings = { user: 'root', port: 22, jump: undefined, identityFile: undefined, become: false, connectTimeout: 10, transport: 'auto' }

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
    settings: { ssh: SSH, parallel: 10, serial: 'half', keepReleases: 5, state: '/srv/state', plans: '/srv/plans' },
    clusters: [...clusters].sort((a, b) => (a.name < b.name ? -1 : 1)),
    apps: [],
  }
}

export const EVERYTHING = { clusters: [], apps: [], servers: [] }

export const HOLDER: Holder = { who: 'ada', from: 'laptop', what: 'provision staging', since: '2000-01-01T00:00:00Z' }
