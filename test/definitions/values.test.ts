import { homedir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { App, Settings } from '../../src/model/definitions.ts'
import { checkName } from '../../src/definitions/names.ts'
import { APP, CLUSTER, inFolder, said } from './folder.ts'

// What a line of an app becomes.
const values: [string, (app: App) => unknown, unknown][] = [
  [
    'php_ini: { a: 0644, b: 1.10, c: true, d: false, e: on, f: "", opcache.x: 1e3 }',
    (app) => app.phpIni,
    { a: '0644', b: '1.10', c: 'On', d: 'Off', e: 'on', f: '', 'opcache.x': '1e3' },
  ],
  ['deploy_key: ~/.ssh/key', (app) => app.deployKey, join(homedir(), '.ssh/key')],
  ['deploy_key: /etc/key', (app) => app.deployKey, '/etc/key'],
  ['linked_dirs: [ storage/app/, uploads ]', (app) => app.linkedDirs, ['storage/app', 'uploads']],
  ['linked_dirs: [ ]', (app) => app.linkedDirs, []],
  [
    'health_check: /up',
    (app) => app.healthCheck,
    { path: '/up', host: undefined, status: 200, timeout: 10, retries: 3 },
  ],
  ['php_ini: &a { x: "1" }', (app) => app.phpIni, { x: '1' }],
  ['after_commands: [ ">- is no block" ]', (app) => app.afterCommands, ['>- is no block']],
  ['composer_command: >-\n  install\n  --no-dev', (app) => app.composerCommand, 'install --no-dev'],
]

for (const [line, pick, expected] of values) {
  test(`${line.replaceAll('\n', ' ')} is ${JSON.stringify(expected)}`, async () => {
    const files = { 'clusters/staging.yml': CLUSTER, 'apps/shop.yml': `${APP}${line}\nservers: [ { name: work-1 } ]\n` }
    const { problems, loaded } = await inFolder(files, said)
    assert.equal(problems, [])
    assert.equal(pick(loaded?.definitions.apps[0] as App), expected)
  })
}

for (const [written, on] of [
  ['on', true],
  ['off', false],
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
  ['True', true],
] as const) {
  test(`scheduler: ${written} is ${on}`, async () => {
    const files = {
      'clusters/staging.yml': CLUSTER,
      'apps/shop.yml': `${APP}servers: [ { name: work-1, scheduler: ${written} } ]\n`,
    }
    const { loaded } = await inFolder(files, said)
    assert.is(loaded?.definitions.apps[0]?.servers[0]?.scheduler, on)
  })
}

const settings: [string, Settings['serial']][] = [
  ['half', 'half'],
  ['1', 1],
  ['25%', { share: 0.25 }],
  ['100%', { share: 1 }],
]

for (const [written, serial] of settings) {
  test(`serial: ${written} is ${JSON.stringify(serial)}`, async () => {
    const { loaded } = await inFolder({ 'clusters/staging.yml': CLUSTER, 'flight.yml': `serial: ${written}\n` }, said)
    assert.equal(loaded?.definitions.settings.serial, serial)
  })
}

test('plans lie in the folder, state in the home directory, unless said otherwise', async () => {
  await inFolder({ 'clusters/staging.yml': CLUSTER }, async (root) => {
    const { loaded } = await said(root)
    assert.is(loaded?.definitions.settings.plans, join(root, 'plans'))
    assert.is(loaded?.definitions.settings.state, join(homedir(), '.local/state/flight'))
  })
})

const refused = (
  `root daemon www-data games nobody mail sudo adm docker mysql redis nginx flight sshd messagebus systemd-network ` +
  `php-reload flight-idle idle
  Shop 1shop shop_1 shop.x -shop shop- a/b ${'a'.repeat(32)}`
).split(/\s+/)

for (const name of refused) {
  test(`no app may be called ${name}`, () => assert.is(checkName(`apps/${name}.yml`, name, 'app').length, 1))
}

for (const name of ['shop', 'a', 'shop-2', 'a'.repeat(31)]) {
  test(`an app may be called ${name}`, () => assert.equal(checkName(`apps/${name}.yml`, name, 'app'), []))
}

test.run()
