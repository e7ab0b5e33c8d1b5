import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { leftBehind, queriesForLeftBehind, type Defined } from '../../../src/engine/resolve/left-behind.ts'
import {
  type FactQuery,
  factId,
  type Facts,
  type FileFact,
  type ManifestFact,
  type UserFact,
} from '../../../src/model/fact.ts'
import { RETIRED_MARK } from '../../../src/model/record.ts'

const NONE: Defined = { php: ['8.2'], apps: [], resources: [], retiring: [] }
const recorded = (scope: string, path: string): ManifestFact[number] => ({ sha256: '0'.repeat(64), scope, path })
const user = (name: string): UserFact => ({ uid: 998, gid: 998, home: `/home/${name}`, shell: '/bin/bash' })
const file = (content: string): FileFact => ({
  type: 'file',
  mode: '644',
  owner: 'root',
  group: 'root',
  sha256: 'a'.repeat(64),
  content,
  recorded: undefined,
})
const COMMENT = file(`# ${RETIRED_MARK} on 2026-01-02: no definition wants it any more\n`)

// The answers of a server, to exactly what it was asked.
function answers(
  wanted: Defined,
  manifest: ManifestFact,
  world: { users?: Record<string, UserFact>; files?: Record<string, FileFact> },
): Facts {
  const asked = new Set(['manifest', ...queriesForLeftBehind(wanted, manifest).map(factId)])
  return {
    get: ((query: FactQuery) => {
      assert.ok(asked.has(factId(query)), `${factId(query)} was not asked`)
      if (query.fact === 'manifest') return manifest
      if (query.fact === 'user') return world.users?.[query.name]
      return query.fact === 'file' ? (world.files?.[query.path] ?? { type: 'absent' }) : undefined
    }) as Facts['get'],
  }
}

// Where everything that could be left is.
const full = (manifest: ManifestFact): Facts => ({
  get: ((query: FactQuery) =>
    query.fact === 'manifest' ? manifest : query.fact === 'user' ? user(query.name) : COMMENT) as Facts['get'],
})

const MADE = [
  recorded('app:blog', '/home/blog'),
  recorded('app:shop', '/home/shop'),
  recorded('app:shop', '/etc/cron.d/flight-shop'),
]

test('a user whose app has left is named with its home, its logs and the command that removes them', () => {
  const wanted = { ...NONE, apps: ['shop'] }
  assert.equal(leftBehind(wanted, answers(wanted, MADE, { users: { blog: user('blog'), shop: user('shop') } })), [
    {
      what:
        'user blog, its home /home/blog (with uploads and environment file) and its logs: app blog runs here no ' +
        'more',
      remove:
        'userdel --remove blog && rm -f -- /var/log/flight/blog.slow.log* /var/log/nginx/blog.access.log* ' +
        '/var/log/nginx/blog.error.log*',
    },
  ])
})

test('a user that is gone, or that is somebody else by now, is not named', () => {
  assert.equal(
    leftBehind(
      NONE,
      answers(NONE, MADE, { users: { shop: { ...(user('shop') as object), home: '/srv/shop' } as UserFact } }),
    ),
    [],
  )
})

test('a user that Flight did not make is never asked about', () => {
  const manifest = [
    recorded('app:shop', '/etc/cron.d/flight-shop'),
    recorded('cluster', '/home/blog'),
    recorded('retired', '/home/zoo'),
    recorded('app:x', '/home/y'),
  ]
  assert.equal(queriesForLeftBehind(NONE, manifest), [])
})

test('a PHP version that the cluster has no more is named while dpkg knows it', () => {
  const manifest = [
    recorded('retired', '/etc/php/7.4/fpm/pool.d/flight.conf'),
    recorded('cluster', '/etc/php/8.2/fpm/pool.d/flight.conf'),
  ]
  const trace = '/var/lib/dpkg/info/php7.4-common.list'
  assert.equal(leftBehind(NONE, answers(NONE, manifest, { files: { [trace]: file('') } })), [
    {
      what: 'PHP 7.4 (php7.4-*): no definition asks for it here any more; see that nothing else uses it',
      remove: "apt-get purge '^php7\\.4-.*'",
    },
  ])
  assert.equal(leftBehind(NONE, answers(NONE, manifest, {})), [])
  assert.equal(
    leftBehind({ ...NONE, php: ['7.4', '8.2'] }, answers({ ...NONE, php: ['7.4', '8.2'] }, manifest, {})),
    [],
  )
})

test('of retired files only those that are still a comment of Flight are named, all in one command', () => {
  const paths = ['/etc/cron.d/flight-a', '/etc/cron.d/flight-b', '/etc/cron.d/flight-mine', '/etc/cron.d/flight-gone']
  const manifest = paths.map((path) => recorded('retired', path))
  const files = {
    '/etc/cron.d/flight-a': COMMENT,
    '/etc/cron.d/flight-b': COMMENT,
    '/etc/cron.d/flight-mine': file('* * * * * me true\n'),
  }
  assert.equal(leftBehind(NONE, answers(NONE, manifest, { files })), [
    {
      what: '2 files of Flight that hold a comment and nothing else: /etc/cron.d/flight-a, /etc/cron.d/flight-b',
      remove: 'rm -f -- /etc/cron.d/flight-a /etc/cron.d/flight-b',
    },
  ])
  const again: Defined = {
    ...NONE,
    resources: [
      {
        kind: 'link',
        name: '/etc/cron.d/flight-a',
        feature: 'x',
        desired: { path: '/etc/cron.d/flight-a', target: '/x', owner: 'root', group: 'root' },
      },
    ],
  }
  assert.is(leftBehind(again, answers(again, manifest, { files }))[0]?.remove, 'rm -f -- /etc/cron.d/flight-b')
})

test(
  'whatever a manifest holds, a command names nothing but what Flight calls its own, and a shell reads it as ' +
    'meant',
  () => {
    const scope = fc.oneof(
      fc.string().map((name) => `app:${name}`),
      fc.constantFrom('retired', 'cluster', 'app:shop', 'app:$(id)', "app:a'b", 'app:-rf'),
    )
    const path = fc.oneof(
      fc.string().map((text) => `/etc/${text}`),
      fc.constantFrom(
        '/home/shop',
        '/home/$(id)',
        "/home/a'b",
        '/home/-rf',
        '/etc/php/7.4/x',
        '/etc/php/9.9;id/x',
        '/etc/$(id)',
        '/etc/../home/x',
        '/etc/cron.d/..',
        '/etc/+..',
        '/etc/cron.d/flight-a b',
      ),
    )
    fc.assert(
      fc.property(
        fc.array(fc.record({ sha256: fc.constant('0'.repeat(64)), scope, path }), { maxLength: 20 }),
        (manifest) => {
          for (const { remove } of leftBehind(NONE, full(manifest))) {
            // A step of its own: `+..` is a name like any other.
            assert.not.match(remove, /\/\.{1,2}(?:[/ ]|$)/)
            assert.match(
              remove,
              /^(userdel --remove [a-z][a-z0-9-]* && rm -f -- (\/var\/log\/[a-z0-9./-]+\* ?){3}|apt-get purge '\^php\d\\\.\d{1,2}-\.\*'|rm -f -- (\/etc\/[\w.@+/-]+ ?)+)$/,
            )
          }
        },
      ),
      { numRuns: 500 },
    )
  },
)

test('the commands are words that a shell splits where they were joined', () => {
  const manifest = [...MADE, recorded('retired', '/etc/php/7.4/fpm/pool.d/flight.conf')]
  for (const { remove } of leftBehind(NONE, full(manifest))) execFileSync('sh', ['-n', '-c', remove])
})

test.run()
