import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fileKind } from '../../src/kinds/file.ts'
import type { App } from '../../src/model/definitions.ts'
import { serverName } from '../../src/model/server-name.ts'
import type { System } from '../../src/model/server.ts'
import { contentOf, filesAmong, nginxOf, siteApp, siteOf } from '../support/app-site.ts'
import { BOOKWORM, JAMMY } from '../support/memory/bookworm.ts'

const TRIXIE: System = { ...BOOKWORM, codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)' }
const NOBLE: System = { ...JAMMY, codename: 'noble', name: 'Ubuntu 24.04.3 LTS' }
const SITE = '/etc/nginx/sites-enabled/flight-shop.conf'
const TLS = { certificate: '/etc/ssl/shop/fullchain.pem', key: '/etc/ssl/shop/privkey.pem' }

const textOf = (app: App, system: System = BOOKWORM, more = {}) => contentOf(siteOf(app, system, more), SITE)
// The statements of nginx in a text: comments and white space gone.
const statements = (text: string) =>
  text
    .replace(/^\s*#.*$/gm, '')
    .split(/[;{}]/)
    .map((each) => each.trim().replace(/\s+/g, ' '))
    .filter((each) => each !== '')
const times = (text: string, part: string) => text.split(part).length - 1

test('a server that answers no requests of an app has nothing of its site', () => {
  assert.equal(siteOf(siteApp(), BOOKWORM, {}, { web: undefined }), [])
})

test('a server that serves no requests at all has no file of nginx', () => {
  assert.equal(nginxOf(BOOKWORM, {}, false), [])
})

test('what every site includes is on every web server', () => {
  const there = new Set(nginxOf(BOOKWORM).map(({ name }) => name))
  const text = textOf(
    siteApp({ redirects: { 'www.example.com': 'shop.example.com' } }, { proxy: { '/app': 8080 }, tls: TLS }),
  )
  const included = statements(text)
    .filter((each) => each.startsWith('include '))
    .map((each) => each.slice('include '.length))
  assert.equal(
    [...new Set(included)].sort(),
    ['acme', 'fastcgi', 'limits', 'proxy', 'real-ip'].map((name) => `/etc/nginx/flight/${name}.conf`),
  )
  for (const path of [...included, '/var/www/flight-acme', '/etc/nginx/conf.d/flight.conf'])
    assert.ok(there.has(path), path)
})

test('what is said by hand and the passwords lie there before the site that reads them', () => {
  const resources = siteOf(
    siteApp(
      {},
      {
        include: { file: 'apps/nginx/shop.conf', content: 'add_header X-A b;\n' },
        basicAuth: { file: 'apps/htpasswd', content: 'ada:$1$x\n' },
      },
    ),
    BOOKWORM,
  )
  assert.equal(
    resources.map(({ name, feature }) => [name, feature]),
    [
      ['/etc/nginx/flight/shop.include.conf', 'nginx.include apps/nginx/shop.conf of shop'],
      ['/etc/nginx/flight/shop.htpasswd', 'nginx site of shop'],
      [SITE, 'nginx site of shop'],
    ],
  )
  assert.is(
    contentOf(resources, '/etc/nginx/flight/shop.include.conf'),
    'add_header X-A b;\n',
    'line by line as it was written, so that nginx names its lines',
  )
  assert.ok(filesAmong(resources).every(({ scope }) => scope === 'app:shop'))
})

test("passwords are nobody's to read: not in the site, not asked for", () => {
  const resources = siteOf(siteApp({}, { basicAuth: { file: 'apps/htpasswd', content: 'ada:CANARY\n' } }), BOOKWORM)
  const passwords = filesAmong(resources).find(({ path }) => path.endsWith('.htpasswd'))
  assert.ok(passwords !== undefined)
  assert.equal([passwords.mode, passwords.owner, passwords.group, passwords.secret], ['640', 'root', 'www-data', true])
  assert.equal(fileKind.facts(passwords), [{ fact: 'file', path: passwords.path, wanted: undefined }])
  assert.is(contentOf(resources, SITE).includes('CANARY'), false)
})

test('the site claims every name that it answers for, redirects too', () => {
  const [site] = filesAmong(
    siteOf(
      siteApp({
        domains: ['shop.example.com', '*.shop.example.com'],
        redirects: { 'www.example.com': 'shop.example.com' },
      }),
      BOOKWORM,
    ),
  )
  assert.equal(site?.claims, [
    { claim: 'nginx-server-name', names: ['*.shop.example.com', 'shop.example.com', 'www.example.com'] },
  ])
})

for (const [system, listen, directive] of [
  [BOOKWORM, 'listen 443 ssl http2', false],
  [JAMMY, 'listen 443 ssl http2', false],
  [NOBLE, 'listen 443 ssl http2', false],
  [TRIXIE, 'listen 443 ssl', true],
] as const) {
  test(`${system.codename}: http2 in the way that its nginx takes`, () => {
    const said = statements(textOf(siteApp({ redirects: { 'a.example.com': 'b.example.com' } }, { tls: TLS }), system))
    assert.is(said.filter((each) => each === listen).length, 2, 'the site and the redirect')
    assert.is(said.filter((each) => each === 'http2 on').length, directive ? 2 : 0)
    assert.is(
      statements(textOf(siteApp(), system)).some((each) => each.includes('http2')),
      false,
    )
  })
}

test('IPv6 is listened on where the server has it', () => {
  const app = siteApp({ redirects: { 'a.example.com': 'b.example.com' } }, { tls: TLS })
  assert.is(times(textOf(app, { ...BOOKWORM, ipv6: true }), 'listen [::]:'), 4)
  assert.is(times(textOf(app, { ...BOOKWORM, ipv6: false }), '[::]'), 0)
})

test("limits of its own are all of the limits, by the formulas of the cluster's, and never both", () => {
  const limits = statements(
    contentOf(nginxOf(BOOKWORM, { requestDuration: 77, requestPayload: 33 }), '/etc/nginx/flight/limits.conf'),
  )
  const own = statements(textOf(siteApp({ requestDuration: 77 }), BOOKWORM, { requestPayload: 33 }))
  for (const limit of limits) assert.is(own.filter((each) => each === limit).length, 1, limit)
  const include = 'include /etc/nginx/flight/limits.conf'
  assert.is(own.includes(include), false)
  const shared = statements(textOf(siteApp()))
  assert.ok(shared.includes(include))
  for (const limit of limits)
    assert.is(
      shared.some((each) => each.split(' ')[0] === limit.split(' ')[0]),
      false,
      limit,
    )
})

const PROXIES: readonly [App['nginx']['proxy'], string[]][] = [
  [{ '/app': 8080 }, ['= /app', '^~ /app/']],
  [{ '/app/': 8080 }, ['^~ /app/']],
  [{ '/': 3000 }, ['/']],
]
for (const [proxy, wanted] of PROXIES) {
  test(`proxy ${JSON.stringify(proxy)} is ${wanted.join(', ')}, each location once`, () => {
    const locations = statements(textOf(siteApp({}, { proxy }))).filter((each) => each.startsWith('location '))
    assert.is(new Set(locations).size, locations.length)
    for (const match of wanted) assert.ok(locations.includes(`location ${match}`), match)
    assert.is(locations.length, 3 + wanted.length + (wanted.includes('/') ? 0 : 1))
  })
}

test('a proxied /index.php is not answered by PHP as well', () => {
  assert.is(textOf(siteApp({}, { proxy: { '/index.php': 8080 } })).includes('fastcgi_pass'), false)
})

test('redirects of one target stand together, to https where the site has TLS, else to the scheme as asked', () => {
  const app = {
    redirects: {
      'c.example.com': 'x.example.com',
      'b.example.com': 'y.example.com',
      'a.example.com': 'x.example.com',
    },
  }
  const plain = statements(textOf(siteApp(app)))
  assert.ok(
    plain.includes('server_name a.example.com c.example.com') &&
      plain.includes('return 301 $flight_scheme://x.example.com$request_uri'),
  )
  assert.ok(statements(textOf(siteApp(app, { tls: TLS }))).includes('return 301 https://y.example.com$request_uri'))
})

test('the same definition gives the same bytes, whatever the order of its keys', () => {
  const one = siteApp(
    { redirects: { 'a.example.com': 'x.example.com', 'b.example.com': 'y.example.com' } },
    { proxy: { '/a': 1, '/b': 2 } },
  )
  const other = siteApp(
    { redirects: { 'b.example.com': 'y.example.com', 'a.example.com': 'x.example.com' } },
    { proxy: { '/b': 2, '/a': 1 } },
  )
  assert.equal(siteOf(one, BOOKWORM), siteOf(other, BOOKWORM))
})

test('every file says from which definition it was written', () => {
  assert.match(textOf(siteApp()), /^# Written by Flight from apps\/shop\.yml\./)
  for (const { path, content } of filesAmong(nginxOf(BOOKWORM)))
    assert.match(content, /^# Written by Flight from clusters\/staging\.yml[.:]/, path)
})

test('load balancers are believed, and without any nobody is', () => {
  const text = (realIp: string[], path: string) => contentOf(nginxOf(BOOKWORM, { realIp }), path)
  assert.equal(statements(text(['10.0.0.0/8', '2001:db8::/32'], '/etc/nginx/flight/real-ip.conf')), [
    'set_real_ip_from 10.0.0.0/8',
    'set_real_ip_from 2001:db8::/32',
    'real_ip_header X-Forwarded-For',
    'real_ip_recursive on',
  ])
  assert.equal(statements(text([], '/etc/nginx/flight/real-ip.conf')), [])
  assert.ok(statements(text(['10.0.0.0/8'], '/etc/nginx/conf.d/flight.conf')).includes('10.0.0.0/8 1'))
})

test('at the level of http there are only variables of Flight', () => {
  const levels = statements(
    contentOf(nginxOf(BOOKWORM, { realIp: ['10.0.0.0/8'] }), '/etc/nginx/conf.d/flight.conf'),
  ).filter((each) => /^(map|geo)\b/.test(each) || !/^(default|''|https|"1 https"|10\.)/.test(each))
  assert.equal(
    levels.map((each) => each.replace(/ .* /, ' … ')),
    ['map … $flight_connection', 'geo … $flight_balancer', 'map … $flight_scheme', 'map … $flight_https'],
  )
})

test('PHP is told the real path of the release and the Host header as it came', () => {
  const said = statements(contentOf(nginxOf(BOOKWORM), '/etc/nginx/flight/fastcgi.conf'))
  for (const each of [
    'SCRIPT_FILENAME $realpath_root$fastcgi_script_name',
    'DOCUMENT_ROOT $realpath_root',
    'REDIRECT_STATUS 200',
    'HTTPS $flight_https if_not_empty',
    'HTTP_X_FORWARDED_FOR $remote_addr',
    'HTTP_X_FORWARDED_PROTO $flight_scheme',
    'HTTP_PROXY ""',
  ])
    assert.ok(said.includes(`fastcgi_param ${each}`), each)
  assert.is(
    said.some((each) => each.includes('HTTP_HOST')),
    false,
  )
  assert.is(new Set(said.map((each) => each.split(' ')[1])).size, said.length, 'each once')
})

test("a name that is too long for nginx's table is an expression that matches exactly it", () => {
  const long = `${'a'.repeat(40)}.example.com`
  assert.is(serverName('a'.repeat(46)), 'a'.repeat(46))
  assert.is(serverName(`*.${'a'.repeat(46)}.example.com`), `*.${'a'.repeat(46)}.example.com`)
  const exact = new RegExp(serverName(long).slice(1))
  assert.ok(
    exact.test(long) && !exact.test(`x.${long}`) && !exact.test(`${long}.x`) && !exact.test(long.replace('.', 'x')),
  )
  const below = new RegExp(serverName(`*.${'a'.repeat(47)}.example.com`).slice(1))
  assert.ok(below.test(`x.y.${'a'.repeat(47)}.example.com`) && !below.test(`${'a'.repeat(47)}.example.com`))
})

// Whatever the schema lets through: the values of a definition stay values.
type Schema = { $defs: Record<string, { pattern: string }>; properties: Record<string, never> }
const schema = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.json`, import.meta.url), 'utf8')) as Schema
const SIGNS = [...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)), 'ü', '漢', '\u2028', '\u00a0']
// Texts of every sign that the pattern takes anywhere.
function allowed(pattern: string, begins: string): fc.Arbitrary<string> {
  const matches = new RegExp(pattern, 'u')
  const unit = fc.constantFrom(...SIGNS.filter((sign) => matches.test(`${begins}a${sign}a`)))
  return fc
    .string({ unit, minLength: 1, maxLength: 60 })
    .map((text) => `${begins}a${text}`)
    .filter((text) => matches.test(text))
}
const { domain, hostName, relativePath } = schema('common').$defs as Record<
  'domain' | 'hostName' | 'relativePath',
  { pattern: string }
>
const { certificatePath } = schema('app').$defs as Record<'certificatePath', { pattern: string }>
const proxyPath = '^/[A-Za-z0-9._~/-]{0,199}$'

test('the paths of proxies are still those of the schema', () => {
  assert.ok(JSON.stringify(schema('app')).includes(JSON.stringify(proxyPath)))
})

test('no value that a definition may hold breaks out of its place', () => {
  const plain = statements(
    textOf(siteApp({ redirects: { 'a.example.com': 'b.example.com' } }, { tls: TLS, proxy: { '/x/': 1 } })),
  )
  fc.assert(
    fc.property(
      allowed(domain.pattern, '*.'),
      allowed(hostName.pattern, ''),
      allowed(relativePath.pattern, ''),
      allowed(certificatePath.pattern, '/'),
      allowed(proxyPath, '/').map((path) => `/x${path}/`),
      (name, host, publicDir, certificate, path) => {
        const text = textOf(
          siteApp(
            { domains: [name], redirects: { [host]: 'b.example.com' }, publicDir },
            { tls: { certificate, key: certificate }, proxy: { [path]: 1 } },
          ),
        )
        assert.is(times(text, '{'), times(text, '}'))
        assert.equal(
          statements(text).map((each) => each.split(' ')[0]),
          plain.map((each) => each.split(' ')[0]),
        )
        assert.equal(
          statements(text).map((each) => each.split(' ').length),
          plain.map((each) => each.split(' ').length),
        )
      },
    ),
    { numRuns: 300 },
  )
})

test.run()
