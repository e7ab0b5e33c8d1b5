import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { said } from './folder.ts'

const root = new URL('../fixtures/product/', import.meta.url).pathname

test('every example of the product page is valid, and two of its habits are warned of', async () => {
  const { problems, warnings } = await said(root)
  assert.equal(problems, [])
  assert.equal(warnings, [
    'apps/shop.yml:17:14 linked_dirs: does not link storage/logs: every release begins new logs',
    'apps/shop.yml:22:33 php_ini.upload_max_filesize: is more than a request may carry (10 MB) (set ' +
      'request_payload: 64)',
  ])
})

test('clusters, apps and PHP versions are sorted, 8.10 after 8.2', async () => {
  const { definitions } = await loadDefinitions(root)
  assert.equal(
    definitions.clusters.map(({ name }) => name),
    ['lab', 'production', 'staging'],
  )
  assert.equal(
    definitions.apps.map(({ name }) => name),
    ['api', 'legacy', 'shop'],
  )
  assert.equal(definitions.clusters[1]?.php, ['7.4', '8.2', '8.10'])
})

test('what is not said has a default', async () => {
  const { definitions } = await loadDefinitions(root)
  const legacy = definitions.apps.find(({ name }) => name === 'legacy')
  assert.equal(legacy, {
    name: 'legacy',
    file: 'apps/legacy.yml',
    repo: '/srv/git/legacy.git',
    deployKey: undefined,
    releaseFrom: [],
    releaseOn: undefined,
    subdirectory: undefined,
    php: '8.2',
    cluster: 'production',
    domains: ['legacy.example.com'],
    redirects: {},
    publicDir: 'public',
    composerCommand: 'install --prefer-dist --no-progress --no-interaction --no-dev --optimize-autoloader --quiet',
    composerAuth: undefined,
    buildCommands: [],
    releaseCommands: [],
    afterCommands: [],
    linkedDirs: ['storage/app', 'storage/framework/sessions', 'storage/logs'],
    linkedFiles: ['.env'],
    keepReleases: 5,
    keepAssets: [],
    healthCheck: undefined,
    phpIni: {},
    requestDuration: undefined,
    requestPayload: undefined,
    requestMemory: undefined,
    servers: [
      {
        name: 'production-1',
        web: { pm: 'static', maxWorkers: 2 },
        deployCommands: [],
        queues: [],
        daemons: [],
        scheduler: false,
        cron: [],
      },
    ],
    nginx: { proxy: {}, basicAuth: undefined, tls: undefined, include: undefined },
  })
})

test('a base file gives what the app does not say', async () => {
  const { definitions } = await loadDefinitions(root)
  const api = definitions.apps.find(({ name }) => name === 'api')
  assert.equal(api?.releaseCommands, ['artisan config:cache', 'artisan route:cache'])
  assert.equal(api?.healthCheck, { path: '/up', host: 'api.example.com', status: 204, timeout: 5, retries: 2 })
  assert.equal(api?.servers[0]?.web, { pm: 'ondemand', maxWorkers: 4 })
})

test('each level of ssh stands over the one above it', async () => {
  const { definitions } = await loadDefinitions(root)
  const ssh = definitions.clusters.map(({ servers }) => servers[0]?.ssh)
  assert.equal(
    ssh.map((one) => [one?.user, one?.port, one?.jump]),
    [
      ['root', 22, 'bastion.example.com'],
      ['root', 2222, 'bastion.example.com'],
      ['root', 22, 'bastion'],
    ],
  )
})

test('a source of one’s own has its key’s fingerprint without spaces, and its pins as a list', async () => {
  const { definitions } = await loadDefinitions(root)
  const [lab, production] = definitions.clusters
  assert.equal(production?.phpSource, {
    kind: 'custom',
    uri: 'https://packages.sury.org/php',
    suites: ['bookworm'],
    components: ['main'],
    key: { url: 'https://packages.sury.org/php/apt.gpg', fingerprint: '15058500A0235D97F5D10063B188E2B695BD4743' },
    pin: [{ packages: '*', pin: 'origin packages.sury.org', priority: 100 }],
  })
  assert.equal(lab?.phpSource.kind === 'custom' && [lab.phpSource.key, lab.phpSource.pin.length], [
    { path: '/usr/share/keyrings/debian-archive-keyring.gpg' },
    1,
  ])
})

test.run()
