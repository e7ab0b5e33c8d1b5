import type { Action, ActionOf, Reason } from '../../src/model/action.ts'
import type { KindName } from '../../src/model/resource.ts'
import type { AskedOf, Scope } from '../../src/model/undertaking.ts'
import type { Plan, PlanBody, PlannedInstall, PlannedServer } from '../../src/model/plan.ts'
import type { FileDesired, PushDesired, ServiceDesired } from '../../src/model/resource.ts'

// Small builders of plans: a test says only what it is about.

export const DIGEST = `sha256:${'3f9a1c2b7d04e5'.repeat(5).slice(0, 64)}`

export function aServer(name: string, more: Partial<PlannedServer> = {}): PlannedServer {
  return {
    name,
    cluster: 'staging',
    host: `${name}.example.com`,
    hostKey: 'SHA256:2sXr8F0mLq',
    system: { id: 'debian', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)', arch: 'amd64', ipv6: true },
    resources: 41,
    install: null,
    notes: [],
    leftovers: [],
    ...more,
  }
}

type Rest<K extends KindName> = Omit<ActionOf<K>, 'address' | 'kind'>

function anAction<K extends KindName>(kind: K, server: string, name: string, rest: Rest<K>): Action {
  return { address: `${server}/${kind}/${name}`, kind, ...rest } as unknown as Action
}

export function aFile(path: string, content: string, more: Partial<FileDesired> = {}): FileDesired {
  return {
    path,
    content,
    mode: '644',
    owner: 'root',
    group: 'root',
    scope: 'cluster',
    conffileOf: undefined,
    claims: [],
    needs: [],
    secret: false,
    ...more,
  }
}

export function created(server: string, after: FileDesired, feature: string): Action {
  return anAction('file', server, after.path, {
    feature,
    verb: 'create',
    before: { is: 'absent' },
    after,
    because: [{ code: 'differs', text: 'it does not exist' }],
  })
}

export function changed(server: string, after: FileDesired, was: string, more: Partial<ActionOf<'file'>> = {}): Action {
  return anAction('file', server, after.path, {
    feature: 'nginx',
    verb: 'update',
    before: {
      is: 'file',
      sha256: 'a'.repeat(64),
      mode: '644',
      owner: 'root',
      group: 'root',
      written: true,
      content: was,
    },
    after,
    because: [{ code: 'differs', text: 'its content differs' }],
    ...more,
  })
}

export function aPackage(server: string, name: string, feature: string, candidate?: string): Action {
  const before = candidate === undefined ? ({ is: 'absent' } as const) : ({ is: 'absent', candidate } as const)
  return anAction('package', server, name, {
    feature,
    verb: 'install',
    before,
    after: { name },
    because: [{ code: 'differs', text: 'it is not installed' }],
  })
}

export function aReload(
  server: string,
  program: 'nginx' | 'php-fpm',
  changes: readonly string[],
  more: Partial<ServiceDesired> = {},
): Action {
  const unit = program === 'nginx' ? 'nginx.service' : 'php8.2-fpm.service'
  const after: ServiceDesired = {
    unit,
    title: program === 'nginx' ? 'nginx' : 'PHP 8.2 FPM',
    configuration: ['/etc/nginx'],
    mark: { by: 'none' },
    test: program === 'nginx' ? { program } : { program, version: '8.2' },
    changes,
    precedes: [],
    extensions: undefined,
    installs: [],
    wanted: true,
    phase: 'configure',
    pools: [],
    patience: 0,
    waitForNginx: 0,
    ...more,
  }
  const because: Reason =
    changes.length > 0
      ? { code: 'files-change', text: 'this plan changes its configuration' }
      : { code: 'differs', text: 'its configuration is newer than what it runs' }
  return anAction('service', server, after.phase === 'retire' ? `${unit} retire` : unit, {
    feature: program === 'nginx' ? 'nginx' : 'PHP 8.2',
    verb: 'reload',
    before: {
      exists: true,
      enabled: true,
      active: true,
      ...(changes.length > 0 ? {} : { unloaded: '/etc/nginx/nginx.conf' }),
    },
    after,
    because: [because],
  })
}

export function someWorkers(
  server: string,
  app: string,
  verb: 'start' | 'reload' | 'retire',
  more: Partial<ActionOf<'programs'>> = {},
): Action {
  return anAction('programs', server, app, {
    feature: `workers of ${app}`,
    verb,
    before: { daemon: true, states: [], unloaded: [] },
    after: {
      app,
      programs: verb === 'retire' ? [] : [`${app}.default.1`, `${app}.default.2`, `${app}.horizon.1`],
      changes: [`/etc/supervisor/conf.d/flight-${app}.conf`],
    },
    because: [{ code: 'differs', text: 'its programs are not as defined' }],
    ...more,
  })
}

export function aRetired(server: string, path: string, content: string): Action {
  return anAction('retired', server, path, {
    feature: 'scheduler of shop',
    verb: 'retire',
    before: { is: 'file', sha256: 'b'.repeat(64), mode: '644', owner: 'root', group: 'root', written: true, content },
    after: { path, scope: 'app:shop', comment: '#', secret: false },
    because: [{ code: 'differs', text: 'no definition wants it on this server any more' }],
  })
}

export function aPush(server: string, does: PushDesired['does'], live: string | null): Action {
  const id = '20260504T030201Z-3f9a1c'
  const desired = {
    app: 'shop',
    id,
    key: '0'.repeat(64),
    was: 'a'.repeat(64),
    tag: 'b'.repeat(64),
    live,
    undoes: null,
    does,
    path: '/home/shop/shop/.flight/shared/.env',
    search: '',
    socket: null,
    restarts: false,
    back: 104,
  }
  return anAction('push', server, `shop/${id}/${does}`, {
    feature: 'environment file of shop',
    verb: does === 'write' ? 'update' : 'prepare',
    before: { is: 'other' },
    after: desired,
    because: [{ code: 'differs', text: 'another one is read' }],
  })
}

export function aCheck(server: string, release: string): Action {
  return anAction('health', server, `shop/${release}/site`, {
    feature: 'environment file of shop',
    verb: 'check',
    before: { live: release },
    after: {
      app: 'shop',
      release,
      through: { is: 'site', tls: false, passwords: false },
      check: { path: '/up', host: 'shop.example.com', status: 200, timeout: 10, retries: 3 },
    },
    because: [{ code: 'differs', text: 'it reads another environment file' }],
  })
}

export const others = {
  user: (server: string): Action =>
    anAction('user', server, 'shop', {
      feature: 'app shop',
      verb: 'create',
      before: { is: 'absent' },
      after: { name: 'shop', home: '/home/shop', shell: '/usr/sbin/nologin', scope: 'app:shop' },
      because: [{ code: 'differs', text: 'there is no such user' }],
    }),
  directory: (server: string): Action =>
    anAction('directory', server, '/home/shop', {
      feature: 'app shop',
      verb: 'update',
      before: { is: 'directory', mode: '755', owner: 'shop', group: 'shop' },
      after: { path: '/home/shop', mode: '710', owner: 'shop', group: 'www-data', by: 'root' },
      because: [{ code: 'differs', text: 'its mode and group differ' }],
    }),
  link: (server: string): Action =>
    anAction('link', server, '/etc/nginx/sites-enabled/shop.conf', {
      feature: 'nginx site of shop',
      verb: 'update',
      before: { is: 'link', target: '../sites-available/old.conf', owner: 'root', group: 'root' },
      after: {
        path: '/etc/nginx/sites-enabled/shop.conf',
        target: '../sites-available/shop.conf',
        owner: 'root',
        group: 'root',
      },
      because: [{ code: 'differs', text: 'it points elsewhere' }],
    }),
  source: (server: string): Action =>
    anAction('apt-source', server, 'sury-php', {
      feature: 'PHP 8.2',
      verb: 'create',
      before: { key: [], sources: { is: 'absent' }, preferences: { is: 'absent' } },
      after: {
        name: 'sury-php',
        uri: 'https://packages.sury.org/php',
        suites: ['bookworm'],
        components: ['main'],
        key: { url: 'https://packages.sury.org/php/apt.gpg', fingerprint: '15058500A0235D97F5D10063B188E2B695BD4743' },
        pin: [{ packages: 'php8.2-*', pin: 'origin packages.sury.org', priority: 700 }],
      },
      because: [{ code: 'differs', text: 'the distribution has no PHP 8.2' }],
    }),
}

export function anInstall(more: Partial<PlannedInstall> = {}): PlannedInstall {
  return { refresh: false, interrupted: false, installs: [], upgrades: [], removes: [], ...more }
}

export function askedFor(
  scope: Partial<Scope>,
  more: Partial<AskedOf<'configuration'>> = {},
): AskedOf<'configuration'> {
  return {
    undertaking: 'configuration',
    scope: { clusters: [], apps: [], servers: [], ...scope },
    apps: true,
    serial: 'half',
    allow: [],
    ...more,
  }
}

export function aPlan(more: Partial<PlanBody> = {}): Plan {
  return {
    format: 3,
    asked: askedFor({ clusters: ['staging'] }),
    releases: [],
    definitions: `sha256:${'d'.repeat(64)}`,
    servers: [],
    missing: [],
    blocked: [],
    stages: [],
    digest: DIGEST,
    ...more,
  }
}
