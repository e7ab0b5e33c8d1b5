import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { iniValue } from '../../src/features/ini-value.ts'
import { phpPackages } from '../../src/features/php-packages.ts'
import { reloadPatience } from '../../src/features/request-timeout.ts'
import type { Cluster, PhpSource } from '../../src/model/definitions.ts'
import { FlightError } from '../../src/model/errors.ts'
import type { Resource, ResourceOf } from '../../src/model/resource.ts'
import type { System } from '../../src/model/server.ts'
import { render } from '../../src/shell/template.ts'
import { cluster, compileFor, server } from '../support/builders.ts'
import { BOOKWORM, JAMMY } from '../support/memory/bookworm.ts'

const TRIXIE: System = { ...BOOKWORM, codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)' }
const NOBLE: System = { ...JAMMY, codename: 'noble', name: 'Ubuntu 24.04.3 LTS' }

const compiled = (more: Partial<Cluster>, system: System = BOOKWORM, webServer = true) =>
  compileFor(cluster(more), server('web-1', { webServer }), system)
const addresses = (resources: readonly Resource[]) => resources.map(({ kind, name }) => `${kind} ${name}`)
const packagesOf = (resources: readonly Resource[]) =>
  resources.filter(({ kind }) => kind === 'package').map(({ name }) => name)
const sourceOf = (resources: readonly Resource[]) =>
  resources.find((each): each is ResourceOf<'apt-source'> => each.kind === 'apt-source')?.desired
function contentOf(resources: readonly Resource[], path: string): string {
  const found = resources.find((each): each is ResourceOf<'file'> => each.kind === 'file' && each.name === path)
  if (found === undefined) throw new Error(`no ${path} among ${addresses(resources).join(', ')}`)
  return found.desired.content
}

function refusalOf(compile: () => unknown): { code: string; what: string } {
  try {
    compile()
  } catch (error) {
    if (error instanceof FlightError)
      return { code: error.problems[0]?.code ?? '', what: error.problems[0]?.what ?? '' }
    throw error
  }
  throw new Error('it was not refused')
}

test('a web server: configuration before its packages, services last', () => {
  assert.equal(
    addresses(compiled({ phpReload: '15 4 * * *', phpIni: { 'date.timezone': 'UTC' } })).filter(
      (each) => !each.startsWith('package'),
    ),
    [
      'user flight-idle',
      'directory /var/log/flight',
      'file /usr/lib/flight/opcache.php',
      'file /etc/php/8.2/fpm/pool.d/flight.conf',
      'file /etc/php/8.2/fpm/pool.d/www.conf',
      'file /etc/php/8.2/fpm/conf.d/99-flight.ini',
      'file /etc/php/8.2/cli/conf.d/99-flight.ini',
      'file /etc/nginx/flight/limits.conf',
      'file /etc/nginx/flight/fastcgi.conf',
      'file /etc/nginx/flight/proxy.conf',
      'file /etc/nginx/flight/real-ip.conf',
      'directory /var/www/flight-acme',
      'file /etc/nginx/flight/acme.conf',
      'file /etc/nginx/conf.d/flight.conf',
      'file /etc/nginx/conf.d/flight-default.conf',
      'file /etc/nginx/sites-available/default',
      'file /etc/cron.d/flight-php-reload',
      'file /usr/lib/flight/php8.2/php',
      'file /usr/lib/flight/php8.2/artisan',
      'file /usr/lib/flight/php8.2/composer',
      'file /etc/logrotate.d/flight',
      'service php8.2-fpm.service',
      'service nginx.service',
      'service cron.service',
      'service supervisor.service',
    ],
  )
})

test('a server that serves no requests has neither nginx nor FPM', () => {
  const resources = compiled({ phpReload: '15 4 * * *', phpIni: { 'date.timezone': 'UTC' } }, BOOKWORM, false)
  assert.equal(
    addresses(resources).filter((each) => /nginx|fpm/.test(each)),
    [],
  )
  assert.ok(packagesOf(resources).includes('php8.2-cli'))
  assert.equal(
    addresses(resources).filter((each) => each.startsWith('file')),
    [
      'file /etc/php/8.2/cli/conf.d/99-flight.ini',
      ...['php', 'artisan', 'composer'].map((name) => `file /usr/lib/flight/php8.2/${name}`),
    ],
  )
})

test('nothing is wanted twice on a server', () => {
  for (const system of [BOOKWORM, TRIXIE, JAMMY, NOBLE]) {
    const all = addresses(
      compiled({ php: ['8.1', '8.2', '8.3', '8.4'], phpExtensions: ['soap', 'curl'], packages: ['htop'] }, system),
    )
    assert.equal(all.length, new Set(all).size, system.codename)
  }
})

const OWN_PHP: readonly [System, string][] = [
  [BOOKWORM, '8.2'],
  [TRIXIE, '8.4'],
  [JAMMY, '8.1'],
  [NOBLE, '8.3'],
]

for (const [system, version] of OWN_PHP) {
  test(`${system.codename} has PHP ${version} itself, and needs a source for any other`, () => {
    assert.is(sourceOf(compiled({ php: [version] }, system)), undefined)
    const source = sourceOf(compiled({ php: [version, '7.4'] }, system))
    assert.equal(
      [source?.uri, source?.suites, source?.components],
      [
        system.id === 'debian'
          ? 'https://packages.sury.org/php/'
          : 'https://ppa.launchpadcontent.net/ondrej/php/ubuntu/',
        [system.codename],
        ['main'],
      ],
    )
    assert.is(
      source !== undefined && 'fingerprint' in source.key && source.key.fingerprint,
      system.id === 'debian' ? '15058500A0235D97F5D10063B188E2B695BD4743' : 'B8DC7E53946656EFBCE4C1DD71DAEAAB4AD4CAB6',
    )
    assert.is(
      refusalOf(() => compiled({ php: [version, '7.4'], phpSource: { kind: 'distro' } }, system)).code,
      'FLIGHT_NO_PHP_SOURCE',
    )
  })

  test(
    `${system.codename}: a handshake for no site is refused, with a certificate only where nginx cannot do ` +
      `without`,
    () => {
      const resources = compiled({ php: [version] }, system)
      const text = contentOf(resources, '/etc/nginx/conf.d/flight-default.conf')
      const rejects = system.codename !== 'jammy'
      assert.is(text.includes('ssl_reject_handshake on;'), rejects)
      assert.is(text.includes('ssl-cert-snakeoil'), !rejects)
      assert.is(packagesOf(resources).includes('ssl-cert'), !rejects)
      // The certificate is there before nginx is asked to read it.
      const all = addresses(resources)
      assert.is(all.indexOf('file /etc/nginx/conf.d/flight-default.conf') > all.indexOf('package nginx'), !rejects)
    },
  )
}

test('a system that Flight does not know is refused by name', () => {
  for (const other of [
    { ...BOOKWORM, codename: 'bullseye', name: 'Debian GNU/Linux 11 (bullseye)' },
    { ...BOOKWORM, id: 'alpine', codename: '', name: 'Alpine Linux v3.20' },
    { ...BOOKWORM, id: '', codename: '', name: '' },
    { ...BOOKWORM, id: '__proto__', codename: '' },
  ]) {
    const { code, what } = refusalOf(() => compiled({}, other))
    assert.is(code, 'FLIGHT_UNSUPPORTED_SYSTEM')
    assert.match(what, other.name === '' ? 'an unknown system' : other.name)
  }
})

const CUSTOM: PhpSource = {
  kind: 'custom',
  uri: 'https://mirror.example.com/php',
  suites: ['stable'],
  components: ['main', 'extra'],
  key: { path: '/usr/share/keyrings/x.gpg' },
  pin: [{ packages: 'php7.4-*', pin: 'origin mirror.example.com', priority: 700 }],
}

test('php_source: sury and custom bring their source even where the distribution would do', () => {
  assert.is(sourceOf(compiled({ phpSource: { kind: 'sury' } }))?.uri, 'https://packages.sury.org/php/')
  const { kind: _kind, ...rest } = CUSTOM
  assert.equal(sourceOf(compiled({ phpSource: CUSTOM })), { name: 'flight-php', ...rest })
})

const COMMON = ['cli', 'mbstring', 'xml', 'curl', 'zip', 'bcmath', 'intl', 'gd', 'mysql', 'pgsql', 'sqlite3']

test('the packages of a PHP version are those that it has', () => {
  const named = (version: string, ...names: string[]) =>
    [...COMMON, ...names].map((name) => (name.startsWith('php-') ? name : `php${version}-${name}`))
  assert.equal(phpPackages('7.4', [], false, 'debian'), named('7.4', 'opcache', 'php-redis', 'json'))
  assert.equal(phpPackages('7.4', [], false, 'sury'), named('7.4', 'opcache', 'redis', 'json'))
  assert.equal(phpPackages('8.2', [], false, 'debian'), named('8.2', 'opcache', 'redis'))
  assert.equal(phpPackages('8.5', [], false, 'sury'), named('8.5', 'redis'))
  assert.equal(phpPackages('8.10', [], false, 'sury'), named('8.10', 'redis'))
})

test('extensions are added once, FPM comes where requests are served', () => {
  assert.equal(phpPackages('8.2', ['soap', 'curl', 'json', 'opcache'], true, 'debian'), [
    'php8.2-fpm',
    ...COMMON.map((name) => `php8.2-${name}`),
    'php8.2-opcache',
    'php8.2-redis',
    'php8.2-soap',
  ])
})

test('the limits of a request agree from nginx to PHP', () => {
  const resources = compiled({ requestDuration: 30, requestPayload: 12, requestMemory: 200 })
  const nginx = contentOf(resources, '/etc/nginx/flight/limits.conf')
  for (const line of [
    'client_max_body_size 12m;',
    'fastcgi_read_timeout 45s;',
    'fastcgi_send_timeout 45s;',
    'fastcgi_buffer_size 32k;',
    'fastcgi_buffers 16 16k;',
  ])
    assert.ok(nginx.includes(line), line)
  const fpm = contentOf(resources, '/etc/php/8.2/fpm/pool.d/flight.conf')
  for (const line of [
    'process_control_timeout = 40s',
    'request_terminate_timeout = 30s',
    'user = flight-idle',
    'pm = ondemand',
  ])
    assert.ok(fpm.includes(line), line)
  const ini = contentOf(resources, '/etc/php/8.2/fpm/conf.d/99-flight.ini')
  for (const line of [
    'max_execution_time = 30',
    'memory_limit = 200M',
    'post_max_size = 12M',
    'upload_max_filesize = 12M',
    'opcache.validate_permission = 1',
    'opcache.restrict_api = /usr/lib/flight/',
  ])
    assert.ok(ini.includes(`\n${line}\n`), line)
})

test('a reload waits at least as long as FPM gives a request, and nginx waits longer than FPM', () => {
  for (let duration = 1; duration <= 3600; duration += 7) {
    assert.ok(reloadPatience(duration) >= (duration * 4) / 3)
    const text = contentOf(compiled({ requestDuration: duration }), '/etc/nginx/flight/limits.conf')
    assert.ok(Number(/fastcgi_read_timeout (\d+)s/.exec(text)?.[1]) > reloadPatience(duration))
  }
})

test('what php_ini says stands over what Flight would say, sorted', () => {
  const ini = contentOf(
    compiled({ phpIni: { memory_limit: '1G', 'opcache.jit': 'off', error_log: "it's" } }),
    '/etc/php/8.2/fpm/conf.d/99-flight.ini',
  )
  assert.match(ini, '\nmemory_limit = 1G\n')
  assert.not.match(ini, '128M')
  const keys = [...ini.matchAll(/^(\S+) = /gm)].map((line) => line[1])
  assert.equal(keys, [...keys].sort())
})

const INI_VALUES: readonly [string, string][] = [
  ['256M', '256M'],
  ['Europe/Rome', 'Europe/Rome'],
  ['-1', '-1'],
  ['a b', "'a b'"],
  ['a;b', "'a;b'"],
  ['${HOME}', "'${HOME}'"],
  ['', "''"],
  ['say "hi"', `'say "hi"'`],
  ["it's", `"it's"`],
]

for (const [value, written] of INI_VALUES)
  test(`an ini value ${JSON.stringify(value)} is written as ${written}`, () => assert.is(iniValue(value), written))

test('default_server listens on IPv6 only where the server has it', () => {
  const text = (ipv6: boolean) =>
    contentOf(compiled({}, { ...BOOKWORM, ipv6 }), '/etc/nginx/conf.d/flight-default.conf')
  assert.is(text(true).split('[::]').length - 1, 2)
  assert.is(text(false).includes('[::]'), false)
})

test('the nightly reload names every version, in a file that cron does not ignore', () => {
  const resources = compiled({ php: ['8.1', '8.2'], phpReload: '15 4 * * *', phpSource: { kind: 'sury' } })
  const text = contentOf(resources, '/etc/cron.d/flight-php-reload')
  assert.equal(
    text.split('\n').filter((line) => line.startsWith('15 4')),
    ['8.1', '8.2'].map(
      (version) => `15 4 * * * root php-fpm${version} -t >/dev/null 2>&1 && systemctl reload php${version}-fpm.service`,
    ),
  )
  assert.ok(text.endsWith('\n') && !text.includes('%'))
})

test('a template without one of its values is an error, not an empty place', () => {
  const whole = { source: 'x', version: '8.2', user: 'u', requestDuration: 1, processControlTimeout: 2 }
  assert.ok(render('fpm.conf', whole).includes('= 2s'))
  for (const name of Object.keys(whole)) {
    const { [name as keyof typeof whole]: _left, ...rest } = whole
    assert.throws(() => render('fpm.conf', rest), new RegExp(name))
  }
})

test('a template writes values as they are', () => {
  assert.ok(render('php.ini', { source: 'x', settings: { error_log: `'<&>"'` } }).includes(`error_log = '<&>"'`))
})

test('Composer is the package, or the phar that the definition names', () => {
  assert.ok(packagesOf(compiled({})).includes('composer'))
  const phar = compiled({ composer: { url: 'https://getcomposer.org/x', sha256: 'a'.repeat(64) } })
  assert.is(packagesOf(phar).includes('composer'), false)
  assert.ok(addresses(phar).includes('composer /usr/local/bin/composer'))
})

test.run()
