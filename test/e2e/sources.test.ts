import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startAptRepository, type AptRepository } from '../lab/apt-repository.ts'
import { type LabHost } from '../lab/host.ts'
import { machineMirror } from '../lab/mirror.ts'
import { hosts, sharedLab } from '../lab/shared.ts'
import { desk, type Answer, type Desk } from './desk.ts'
import { FULL, ofAll } from './drill-size.ts'
import { cluster, provisioned, web } from './fleet.ts'
import { inDrills, promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { knowSuite } from './gated-package.ts'
import { loud } from '../support/loud.ts'

// Where packages come from: repositories and their keys,
// Composer's phar, the mirror, and what installing must not touch.

let at: Desk
let host: LabHost
let repository: AptRepository
let both: Promise<{ old: LabHost; there: Desk; answer: Answer }> | undefined

test.before(
  loud(async () => {
    ;[host] = await provisioned('web-1')
    const { places } = await sharedLab()
    repository = await startAptRepository(places.gateway)
    await repository.publish('lab', [{ name: 'php8.2-labx', version: '1.0' }])
    await repository.publish('foreign', [{ name: 'php8.2-labx', version: '1.0' }], { signedBy: 'other' })
    at = await desk(web([host]))
    // Takes long and needs nothing of the others, so it goes on beside them.
    if (FULL) both = twoVersions()
    both?.catch(() => undefined)
  }),
)

test.after(async () => repository.close())

function define(settings: string): void {
  at.put('clusters/web.yml', cluster([host], `php: [ 8.2 ]\n${settings}`))
}

function source(key: { url: string; fingerprint: string }, suite = 'lab'): string {
  return (
    `php_extensions: [ labx ]\nphp_source:\n  uri: ${repository.url}\n  suites: [ ${suite} ]\n  components: [ ` +
    `main ]\n  key: { url: ${key.url}, fingerprint: ${key.fingerprint} }\n`
  )
}

async function nothingInstalled(name: string): Promise<void> {
  assert.is((await host.run(`dpkg-query -W ${name} 2>/dev/null`)).stdout, '', `${name} is not installed`)
}

const REFUSED: [string, () => string, RegExp][] = [
  [
    'a key with another fingerprint',
    () => source({ url: repository.keyUrl, fingerprint: repository.otherFingerprint }),
    /serves the key [0-9A-F]{40}, wanted is [0-9A-F]{40} alone/,
  ],
  [
    'a key file with a second key beside the right one',
    () => source({ url: repository.twoKeysUrl, fingerprint: repository.fingerprint }),
    /serves the key [0-9A-F]{40} and [0-9A-F]{40}, wanted is/,
  ],
  [
    'a key file that is no key',
    () => source({ url: repository.serve('keys/none', 'nothing').url, fingerprint: repository.fingerprint }),
    /serves no signing key/,
  ],
  [
    'a key that is not there',
    () => source({ url: `${repository.url}/keys/gone.gpg`, fingerprint: repository.fingerprint }),
    /404/,
  ],
]

for (const [what, settings, said] of ofAll(REFUSED, 1)) {
  promise(`${what} is not trusted: nothing is written where apt looks, nothing is installed`, async () => {
    define(settings())
    const { stdout } = await at.expect(1, 'provision', 'web', '--yes')
    assert.match(oneLine(stdout), said)
    assert.match(stdout, /way out: /)
    assert.is(
      await host.must('ls /etc/apt/keyrings /etc/apt/sources.list.d 2>/dev/null; true'),
      '/etc/apt/keyrings:\n\n/etc/apt/sources.list.d:\n',
    )
    await nothingInstalled('php8.2-labx')
  })
}

inDrills('a repository that somebody else signed is not believed, a suite that is not there is named', async () => {
  for (const [suite, said] of [
    ['foreign', /NO_PUBKEY|not signed|couldn't be verified/],
    ['gone', /gone Release' does not have a Release file/],
  ] as const) {
    define(source({ url: repository.keyUrl, fingerprint: repository.fingerprint }, suite))
    const { stdout } = await at.expect(1, 'provision', 'web', '--yes')
    assert.match(oneLine(stdout), said)
    assert.match(oneLine(stdout), /the package lists could not be read; the source that this plan adds is taken back/)
    await nothingInstalled('php8.2-labx')
    await host.must(
      '! test -e /etc/apt/sources.list.d/flight-php.sources && apt-get -q update -o APT::Update::Error-Mode=any',
    )
  }
})

promise('PHP comes from a repository whose key has the pinned fingerprint', async () => {
  define(source({ url: repository.keyUrl, fingerprint: repository.fingerprint }))
  await at.expect(2, 'plan', '--detailed-exitcode')
  assert.equal(told(planOn(at)).slice(0, 2), [
    'create web-1/apt-source/flight-php',
    'install web-1/package/php8.2-labx',
  ])
  await at.expect(0, 'apply', 'plan.json')
  assert.match(
    await host.must('cat /etc/apt/sources.list.d/flight-php.sources'),
    /^Signed-By: \/etc\/apt\/keyrings\/flight-php\.gpg$/m,
  )
  assert.is(await host.must(`dpkg-query -W -f '\${Version}' php8.2-labx`), '1.0')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('a key that is served armored is the same key', async () => {
  await host.must('rm /etc/apt/keyrings/flight-php.gpg')
  define(source({
    url: repository.armoredKeyUrl,
    fingerprint: repository.fingerprint
      .replace(/(.{4})/g, '$1 ')
      .trim()
      .toLowerCase(),
  }))
  await at.expect(2, 'plan', '--detailed-exitcode')
  await at.expect(0, 'apply', 'plan.json')
  await host.must('apt-get -q update -o APT::Update::Error-Mode=any')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

promise('Composer as a phar comes with its digest or not at all', async () => {
  const phar = repository.serve('composer.phar', '#!/bin/sh\necho Composer of the lab\n')
  define(`composer: { url: ${phar.url}, sha256: ${'f'.repeat(64)} }\n`)
  const { stdout } = await at.expect(1, 'provision', 'web', '--yes')
  assert.match(oneLine(stdout), new RegExp(`serves has another digest: ${phar.sha256}`))
  await host.must('! test -e /usr/local/bin/composer')
  define(`composer: { url: ${phar.url}, sha256: ${phar.sha256} }\n`)
  await at.expect(0, 'provision', 'web', '--yes')
  assert.is(await host.must('composer; stat -c "%a %U" /usr/local/bin/composer'), 'Composer of the lab\n755 root\n')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

promise('a package that does not exist is named, and nothing is installed', async () => {
  define('packages: [ tree, no-such-package ]\n')
  const { stdout } = await at.expect(1, 'provision', 'web', '--yes')
  assert.match(oneLine(stdout), /Unable to locate package no-such-package/)
  assert.match(stdout, 'FLIGHT_UNKNOWN_PACKAGE')
  await nothingInstalled('tree')
})

inDrills('without a way to the mirror it says so, and the same command finishes later', async () => {
  define('packages: [ tree ]\n')
  await at.expect(2, 'plan', '--detailed-exitcode')
  await host.loseInternet()
  const { stdout } = await at.expect(1, 'apply', 'plan.json')
  assert.match(oneLine(stdout), /Failed to fetch|Temporary failure|Could not|Cannot initiate/)
  await nothingInstalled('tree')
  await host.regainInternet()
  await at.expect(0, 'apply', 'plan.json')
  await host.must('tree --version')
})

promise(
  'what installing would upgrade or remove is found while planning and refused, unless upgrades are allowed',
  async () => {
    await repository.publish('apps', [
      { name: 'lab-base', version: '1.0' },
      { name: 'lab-rival', version: '1.0', fields: { Conflicts: 'lab-base' } },
    ])
    await knowSuite(host, repository, 'apps')
    await host.must('apt-get -q -y install lab-base')
    await repository.publish('apps', [
      { name: 'lab-base', version: '2.0' },
      { name: 'lab-needs', version: '1.0', fields: { Depends: 'lab-base (>= 2)' } },
      { name: 'lab-rival', version: '1.0', fields: { Conflicts: 'lab-base' } },
    ])
    await knowSuite(host, repository, 'apps')
    for (const [name, would] of [
      ['lab-needs', /installing lab-needs would upgrade lab-base from 1\.0 to 2\.0/],
      ['lab-rival', /installing lab-rival would remove lab-base 1\.0/],
    ] as const) {
      define(`packages: [ ${name} ]\n`)
      const { stdout } = await at.expect(1, 'plan')
      assert.match(oneLine(stdout), would)
      assert.match(oneLine(stdout), /plan with --allow-upgrades/)
      await at.expect(1, 'apply', 'plan.json')
      assert.is(await host.must(`dpkg-query -W -f '\${Version}' lab-base`), '1.0')
      await nothingInstalled(name)
    }
    define('packages: [ lab-needs ]\n')
    const { stdout } = await at.expect(2, 'plan', '--allow-upgrades', '--detailed-exitcode')
    assert.match(oneLine(stdout), /lab-base.*1\.0.*2\.0/)
    await at.expect(0, 'apply', 'plan.json')
    assert.is(await host.must(`dpkg-query -W -f '\${Version}' lab-base`), '2.0')
  },
)

inDrills('what only fresh lists tell is refused before anything is installed', async () => {
  await repository.publish('apps', [
    { name: 'lab-base', version: '3.0' },
    { name: 'lab-late', version: '1.0', fields: { Depends: 'lab-base (>= 3)' } },
  ])
  define('packages: [ lab-late ]\n')
  const plan = await at.expect(2, 'plan', '--detailed-exitcode')
  assert.match(oneLine(plan.stdout), /lists/)
  const { stdout } = await at.expect(1, 'apply', 'plan.json')
  assert.match(oneLine(stdout), /installing this would upgrade lab-base, which the plan does not name/)
  assert.match(stdout, 'FLIGHT_WOULD_UPGRADE')
  assert.is(await host.must(`dpkg-query -W -f '\${Version}' lab-base`), '2.0')
  await nothingInstalled('lab-late')
  assert.match(
    oneLine((await at.expect(1, 'plan')).stdout),
    /would upgrade lab-base from 2\.0 to 3\.0/,
    'and is known to the next plan',
  )
})

inDrills('7.4 and 8.2 run side by side, from another suite of the mirror with pins', async () => {
  const { old, there, answer } = await (both ?? twoVersions())
  assert.is(answer.exit, 0, answer.said)
  for (const version of ['7.4', '8.2']) {
    await old.must(
      `printf '<?php echo PHP_VERSION, " ", extension_loaded("intl") && extension_loaded("Zend OPcache");' ` +
        `>/srv/v.php; systemctl is-active php${version}-fpm`,
    )
    const said = await old.must(
      `SCRIPT_FILENAME=/srv/v.php REQUEST_METHOD=GET cgi-fcgi -bind -connect /run/php/flight-idle-${version}.sock`,
    )
    assert.match(said, new RegExp(`${version.replace('.', '\\.')}\\.\\d+ 1$`))
  }
  assert.match(await old.must(`dpkg-query -W -f '\${Version}' php-common`), /^2:76/)
  await there.expect(0, 'plan', '--detailed-exitcode')
})

// From bare.
async function twoVersions(): Promise<{ old: LabHost; there: Desk; answer: Answer }> {
  const [old] = await hosts({ name: 'old-1', suite: 'bookworm' })
  const { main } = await machineMirror()
  // Bookworm's php-common breaks 7.4; bullseye's php-redis would
  // be broken by bookworm's php8.2-redis, so 7.4 has none here.
  const pin = '{ packages: php-common, pin: release n=bullseye, priority: 995 }'
  const key = '{ path: /usr/share/keyrings/debian-archive-keyring.gpg }'
  const there = await desk(
    web(
      [old],
      `php: [ 7.4, 8.2 ]\nphp_source:\n  uri: ${main}\n  suites: [ bullseye ]\n  components: [ main ]\n  key: ` +
        `${key}\n  pin: ${pin}\n`,
    ),
  )
  return { old, there, answer: await there.flight('provision', 'web', '--yes') }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

test.run()
