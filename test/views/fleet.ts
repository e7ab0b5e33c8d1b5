import type { Action } from '../../src/model/action.ts'
import type { Plan } from '../../src/model/plan.ts'
import {
  aFile,
  anInstall,
  aPackage,
  aPlan,
  aReload,
  aRetired,
  aServer,
  askedFor,
  changed,
  created,
  others,
  someWorkers,
} from './plans.ts'

const NGINX_WAS =
  'user www-data;\nworker_processes 1;\npid /run/nginx.pid;\n\nevents {\n  worker_connections 768;\n}\n\nhttp {\n  ' +
  'sendfile on;\n}\n'
const NGINX_IS = NGINX_WAS.replace('worker_processes 1', 'worker_processes auto').replace('768', '4096')
const POOL = (workers: number): string =>
  `[shop]\nuser = shop\ngroup = shop\nlisten = /run/php/shop.sock\npm = dynamic\npm.max_children = ` +
  `${workers}\npm.start_servers = 7\n`

const PHP = [
  'cli',
  'common',
  'curl',
  'fpm',
  'gd',
  'intl',
  'mbstring',
  'mysql',
  'opcache',
  'pgsql',
  'readline',
  'redis',
  'sqlite3',
  'xml',
  'zip',
]
const PACKAGES = PHP.map((name) => ({ name: `php8.2-${name}`, version: '8.2.26-1~deb12u1' }))
const NEEDED = ['libonig5', 'libsodium23', 'libxslt1.1', 'libzip4', 'php-common', 'psmisc', 'libpq5'].map((name) => ({
  name,
  version: '1.0-1',
}))

function web(name: string, workers: number): Action[] {
  return [
    aPackage(name, 'nginx', 'nginx', '1.22.1-9+deb12u1'),
    ...PACKAGES.map(({ name: php, version }) => aPackage(name, php, 'PHP 8.2', version)),
    others.user(name),
    others.directory(name),
    changed(name, aFile('/etc/nginx/nginx.conf', NGINX_IS), NGINX_WAS),
    created(name, aFile('/etc/php/8.2/fpm/pool.d/shop.conf', POOL(workers)), 'FPM pool of shop'),
    others.link(name),
    aReload(name, 'php-fpm', ['/etc/php/8.2/fpm/pool.d/shop.conf']),
    aReload(name, 'nginx', ['/etc/nginx/nginx.conf']),
  ]
}

const install = anInstall({ installs: [{ name: 'nginx', version: '1.22.1-9+deb12u1' }, ...PACKAGES, ...NEEDED] })

// A plan with a bit of everything: what a reviewer meets on an eventful day.
export function everything(): Plan {
  const foreign = changed(
    'worker-1',
    aFile('/etc/php/8.2/cli/conf.d/99-flight.ini', 'memory_limit = 512M\n', { mode: '640' }),
    '',
    {
      feature: 'PHP 8.2',
      before: { is: 'file', sha256: 'c'.repeat(64), mode: '644', owner: 'deploy', group: 'deploy', written: false },
    },
  )
  return aPlan({
    servers: [
      aServer('db-1', { resources: 12 }),
      aServer('web-1', { install, notes: ['port 80 is open to the world'] }),
      aServer('web-2', {
        install,
        notes: ['port 80 is open to the world', "/etc/nginx/conf.d/old.conf is not Flight's and stays"],
      }),
      aServer('web-3', { install: { ...install, upgrades: [{ name: 'libssl3', from: '3.0.11-1', to: '3.0.15-1' }] } }),
      aServer('worker-1', { install: anInstall({ refresh: true }) }),
      aServer('worker-2'),
    ],
    asked: askedFor({ clusters: ['staging'] }, { allow: ['upgrades'] }),
    missing: [
      {
        code: 'FLIGHT_UNREACHABLE',
        server: 'web-4',
        where: 'web-4',
        what: 'no answer from 10.0.0.4:22 within 10 s',
        hint: 'check the address, or leave it out with --server',
      },
      {
        code: 'FLIGHT_UNREACHABLE',
        server: 'web-5',
        where: 'web-5',
        what: 'no answer from 10.0.0.4:22 within 10 s',
        hint: 'check the address, or leave it out with --server',
      },
    ],
    blocked: [
      {
        code: 'FLIGHT_CONFLICT',
        server: 'worker-2',
        address: 'worker-2/file//etc/nginx/nginx.conf',
        where: 'worker-2/file//etc/nginx/nginx.conf',
        what: '/etc/nginx/conf.d/default.conf:3 is a second default_server',
        hint: 'remove that line, or let Flight own the file',
      },
    ],
    stages: [
      {
        name: 'provision',
        servers: [
          { server: 'db-1', actions: [] },
          { server: 'web-1', actions: web('web-1', 15) },
          { server: 'web-2', actions: web('web-2', 15) },
          { server: 'web-3', actions: web('web-3', 4) },
          {
            server: 'worker-1',
            actions: [
              others.source('worker-1'),
              aPackage('worker-1', 'php8.2-cli', 'PHP 8.2'),
              foreign,
              aRetired('worker-1', '/etc/cron.d/flight-shop', '* * * * * shop php8.2 artisan schedule:run\n'),
            ],
          },
        ],
      },
    ],
  })
}

// Nothing to do anywhere.
export function quietPlan(): Plan {
  const servers = ['db-1', 'web-1', 'web-2', 'web-3'].map((name, index) => aServer(name, { resources: 51 + index }))
  return aPlan({
    servers,
    stages: [{ name: 'provision', servers: servers.map(({ name }) => ({ server: name, actions: [] })) }],
  })
}

const SLOW_LOGS = {
  what: 'user blog, its home /home/blog and its logs: no app blog runs here any more',
  remove: 'userdel --remove blog',
}

// An app with a worker is configured on three web servers, in two waves; another has left one of them.
export function configured(): Plan {
  const pool = '/etc/php/8.2/fpm/pool.d/flight-shop.conf'
  const wave = (name: string): Action[] => [
    {
      ...others.directory(name),
      verb: 'create',
      before: { is: 'absent' },
      after: { path: '/home/shop/shop', mode: '755', owner: 'shop', group: 'shop', by: 'shop' },
    } as Action,
    created(name, aFile(pool, POOL(15), { scope: 'app:shop' }), 'FPM pool of shop'),
    aReload(name, 'php-fpm', [pool], { pools: [{ name: 'shop', socket: '/run/php/flight-shop-8.2.sock' }] }),
    changed(
      name,
      aFile('/etc/nginx/flight/shop.htpasswd', `sha256:${'e'.repeat(64)}`, {
        scope: 'app:shop',
        mode: '640',
        group: 'www-data',
        secret: true,
      }),
      'ada:hunter2',
      { feature: 'nginx site of shop' },
    ),
    aReload(name, 'nginx', ['/etc/nginx/flight/shop.htpasswd']),
    someWorkers(name, 'shop', 'start', {
      before: { daemon: true, states: ['shop.horizon.1 FATAL'], unloaded: ['shop.default.2 added'] },
    }),
  ]
  const retired = '/etc/php/8.2/fpm/pool.d/flight-blog.conf'
  return aPlan({
    asked: askedFor({ apps: ['shop'] }),
    servers: [
      aServer('web-1', { notes: ['workers of shop wait for its first release'] }),
      aServer('web-2', { notes: ['workers of shop wait for its first release'], leftovers: [SLOW_LOGS] }),
      aServer('web-3', {
        notes: ['1 pool of others'],
        leftovers: [SLOW_LOGS, { what: 'PHP 7.4 (php7.4-*)', remove: "apt-get purge '^php7\\.4-.*'" }],
      }),
      aServer('web-4', { notes: ['its apps may take 9 GB, and it has 8 GB'] }),
    ],
    stages: [
      { name: 'configure 1 of 2', servers: ['web-1', 'web-2'].map((server) => ({ server, actions: wave(server) })) },
      { name: 'configure 2 of 2', servers: [{ server: 'web-3', actions: wave('web-3') }] },
      {
        name: 'retire',
        servers: [
          {
            server: 'web-3',
            actions: [
              aRetired('web-3', retired, '[blog]\n'),
              aReload('web-3', 'php-fpm', [retired], { phase: 'retire', waitForNginx: 85, wanted: false }),
              someWorkers('web-3', 'blog', 'retire'),
              someWorkers('web-3', 'shop', 'reload'),
            ],
          },
        ],
      },
    ],
  })
}

// Many servers with the same work except for one file of each.
export function bigFleet(size: number): Plan {
  const all = Array.from({ length: size }, (_, index) => `web-${String(index + 1).padStart(3, '0')}`)
  return aPlan({
    servers: all.map((name) => aServer(name, { install })),
    stages: [
      { name: 'provision', servers: all.map((name, index) => ({ server: name, actions: web(name, index + 1) })) },
    ],
  })
}
