import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { app } from '../../src/schema/generated/app.js'
import { cluster } from '../../src/schema/generated/cluster.js'
import { flight } from '../../src/schema/generated/flight.js'
import { violations } from '../../src/schema/violation.ts'
import type { PathSegment, Validator } from '../../src/schema/violation.ts'
import { schemaWords } from '../../src/schema/wording.ts'

const product = new URL('../fixtures/product/', import.meta.url)
const read = (file: string): unknown => load(readFileSync(new URL(file, product), 'utf8'))

const documents: [string, Validator, unknown][] = [
  ['flight.yml', flight, read('flight.yml')],
  ['clusters/staging.yml', cluster, read('clusters/staging.yml')],
  ['clusters/production.yml', cluster, read('clusters/production.yml')],
  ['clusters/lab.yml', cluster, read('clusters/lab.yml')],
  ['apps/shop.yml', app, read('apps/shop.yml')],
  ['apps/api.yml', app, { ...(read('apps/api.yml') as object) }],
]

const MB = 1_000_000
// Refused in every text of a definition, whatever it is for.
const ALWAYS = [
  '',
  'a\nb',
  'a\r',
  'a\0b',
  '\u001b[31m',
  '\u2028',
  '\u0085',
  'a'.repeat(MB),
  '/'.repeat(MB),
  'a/'.repeat(MB / 2),
  '0'.repeat(MB),
  'a.'.repeat(MB / 2),
  'a:'.repeat(MB / 2),
  '* '.repeat(MB / 2),
]
// Refused wherever a name, a path on a server, a host or an address is meant.
const NAMES = [
  '$(reboot)',
  '`id`',
  'a;b',
  "a'b",
  'a"b',
  'a|b',
  'a&&b',
  '-rf',
  '--upload-pack=x',
  '../../etc/passwd',
  'a b ;',
  'ext::sh -c id',
  'a\\b',
  '${HOME}',
  '{{x}}',
  'a>b',
  '#a',
  'a[0]',
]
// Commands are shell, local paths are whatever the controller's disk holds, ini values are text.
const FREE =
  /^(?:composer_command|deploy_key|composer_auth|state|plans|ssh\.identity_file|php_ini\..*|.*\.command|(?:.*\.)?[a-z]*_?commands\.\d+)$/
// \\ and shell words are fine in a path of a URL's query.
const URL_PATH = /^health_check(?:\.path)?$/

for (const [name, validator, document] of documents) {
  test(`${name} is valid as it stands`, () => {
    assert.equal(
      violations(validator, document).map((v) => `${v.path.join('.')} ${schemaWords(v).what}`),
      [],
    )
  })

  for (const path of texts(document)) {
    const where = path.join('.')
    test(`${name}: ${where} refuses what is hostile`, () => {
      const hostile = [
        ...ALWAYS.filter((value) => value !== '' || !where.startsWith('php_ini')),
        ...(FREE.test(where) || URL_PATH.test(where) ? [] : NAMES),
      ]
      for (const value of hostile) {
        const found = violations(validator, replaced(document, path, value))
        assert.ok(found.length > 0, `${where} accepts ${value.slice(0, 40)}`)
        for (const violation of found) assert.ok(JSON.stringify(schemaWords(violation)).length < 700)
      }
    })
  }
}

const repositories: [string, boolean][] = [
  ['git@github.com:org/repo.git', true],
  ['github-shop:org/repo.git', true],
  ['ssh://git@git.example.com:2222/org/repo.git', true],
  ['https://git.example.com/org/repo.git', true],
  ['/srv/git/shop.git', true],
  ['ext::sh -c touch% /tmp/x', false],
  ['ext::id', false],
  ['--upload-pack=id', false],
  ['-oProxyCommand=id:x', false],
  ['ssh://-oProxyCommand=id/x', false],
  ['git@-oProxyCommand=id:x', false],
  ['git@host:-x', false],
  ['file:///etc', false],
  ['git://git.example.com/repo', false],
  ['http://git.example.com/repo', false],
  ['https://user:secret@git.example.com/repo', false],
  ['https://token@git.example.com/repo', false],
  ['fd::17', false],
  ['repo', false],
  ['../repo', false],
  ['/srv/git/shop.git;id', false],
  ['git@host:a b', false],
]

for (const [repo, fine] of repositories) {
  test(`the repository ${repo} is ${fine ? 'accepted' : 'refused'}`, () => {
    assert.is(violations(app, { repo, php: 8.2, cluster: 'staging' }).length === 0, fine)
  })
}

function* texts(value: unknown, path: PathSegment[] = []): Generator<PathSegment[]> {
  if (typeof value === 'string') yield path
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value))
    yield* texts(child, [...path, Array.isArray(value) ? Number(key) : key])
}

function replaced(document: unknown, path: readonly PathSegment[], value: string): unknown {
  const copy = structuredClone(document)
  let here = copy as Record<PathSegment, unknown>
  for (const segment of path.slice(0, -1)) here = here[segment] as Record<PathSegment, unknown>
  here[path.at(-1) as PathSegment] = value
  return copy
}

test.run()
