import type { System } from '../../../src/model/server.ts'
import { MemoryServer } from '../memory-server.ts'
import type { Entry, Machine, Package } from './machine.ts'

// A fresh server, as a provider hands it over, and the little of a distribution that a cluster asks for.

export const BOOKWORM: System = {
  id: 'debian',
  codename: 'bookworm',
  name: 'Debian GNU/Linux 12 (bookworm)',
  arch: 'amd64',
  ipv6: true,
}
export const JAMMY: System = { id: 'ubuntu', codename: 'jammy', name: 'Ubuntu 22.04.5 LTS', arch: 'amd64', ipv6: true }

const FOLDERS = [
  '/',
  '/etc',
  '/etc/apt',
  '/etc/apt/sources.list.d',
  '/etc/apt/preferences.d',
  '/etc/apt/keyrings',
  '/etc/cron.d',
  '/home',
  '/usr',
  '/usr/bin',
  '/usr/local',
  '/usr/local/bin',
  '/usr/share',
  '/usr/share/keyrings',
  '/var',
  '/var/lib',
  '/run',
]

const PLAIN = [
  'acl',
  'ca-certificates',
  'curl',
  'git',
  'libfcgi-bin',
  'logrotate',
  'openssh-client',
  'rsync',
  'unzip',
  'zip',
  'composer',
  'ssl-cert',
  'htop',
  'jq',
]

const EXTENSIONS = [
  'cli',
  'mbstring',
  'xml',
  'curl',
  'zip',
  'bcmath',
  'intl',
  'gd',
  'mysql',
  'pgsql',
  'sqlite3',
  'opcache',
  'soap',
]

export function phpPackagesOf(version: string, release: string): Package[] {
  const common = { name: `php${version}-common`, version: release }
  const ini = (extension: string) => ({
    [`/etc/php/${version}/mods-available/${extension}.ini`]: `extension=${extension}.so\n`,
  })
  return [
    { ...common, files: ini('pdo') },
    {
      name: `php${version}-fpm`,
      version: release,
      depends: [common, { name: `php${version}-cli`, version: release }],
      units: [`php${version}-fpm.service`],
      files: {
        [`/etc/php/${version}/fpm/php.ini`]: '; php.ini\n',
        [`/etc/php/${version}/fpm/pool.d/www.conf`]: '[www]\n',
      },
    },
    ...EXTENSIONS.map((extension) => ({
      name: `php${version}-${extension}`,
      version: release,
      depends: [common],
      files: ini(extension),
    })),
    { name: 'php-redis', version: '5.3.7', provides: [`php${version}-redis`], files: ini('redis') },
  ]
}

const NGINX: readonly Package[] = [
  {
    name: 'nginx-common',
    version: '1.22.1',
    files: {
      '/etc/nginx/nginx.conf': 'include conf.d;\n',
      '/etc/nginx/sites-available/default': 'listen 80 default_server;\n',
    },
    links: { '/etc/nginx/sites-enabled/default': '/etc/nginx/sites-available/default' },
  },
  {
    name: 'nginx',
    version: '1.22.1',
    depends: [{ name: 'nginx-common', version: '1.22.1' }],
    units: ['nginx.service'],
  },
]

// A machine with nothing but a base system, whose mirror has what a cluster needs.
export function aMachine(system: System = BOOKWORM): Machine {
  const uri = `http://deb.example.com/${system.id}`
  const php = system.codename === 'jammy' ? '8.1' : '8.2'
  const cron: Package = { name: 'cron', version: '3.0', units: ['cron.service'] }
  const entries = new Map<string, Entry>(
    FOLDERS.map((path) => [path, { type: 'directory', mode: '755', owner: 'root', group: 'root', changed: 0 }]),
  )
  entries.set('/etc/apt/sources.list', {
    type: 'file',
    content: Buffer.from(`deb ${uri} ${system.codename} main\n`),
    mode: '644',
    owner: 'root',
    group: 'root',
    changed: 0,
  })
  return {
    clock: 0,
    today: '2000-01-01',
    system,
    entries,
    users: new Map([
      ['root', { uid: 0, gid: 0, home: '/root', shell: '/bin/bash' }],
      ['www-data', { uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin' }],
    ]),
    groups: new Set(['root', 'www-data']),
    packages: new Map([['base-files', { name: 'base-files', version: '12.4' }]]),
    interrupted: false,
    lists: undefined,
    repositories: [
      {
        uri,
        suite: system.codename,
        signedBy: undefined,
        packages: [
          cron,
          {
            name: 'supervisor',
            version: '4.2.5',
            files: { '/etc/supervisor/supervisord.conf': '; supervisor config file\n' },
            units: ['supervisor.service'],
          },
          ...PLAIN.map((name) => ({ name, version: '1.0' })),
          ...NGINX,
          ...phpPackagesOf(php, `${php}.1`),
        ],
      },
    ],
    web: new Map(),
    units: new Map(),
    programs: new Map(),
    releases: new Map(),
    pushes: new Map(),
    ran: [],
    sick: new Set(),
    fussy: [
      { program: 'nginx', below: '/etc/nginx', contains: 'nonsense' },
      { program: 'php-fpm', below: '/etc/php', contains: 'nonsense' },
    ],
  }
}

export function aBareServer(name: string, system: System = BOOKWORM): MemoryServer {
  return new MemoryServer(name, aMachine(system))
}
