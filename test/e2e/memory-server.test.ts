import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { queriesFor } from '../../src/engine/resolve/plan-server.ts'
import type { FactQuery } from '../../src/model/fact.ts'
import type { ServiceStep, Step } from '../../src/model/step.ts'
import { startAptRepository, type AptRepository } from '../lab/apt-repository.ts'
import { inDrills, promise } from './promise.ts'
import { sharedLab } from '../lab/shared.ts'
import { cluster, compileFor, HOLDER, server } from '../support/builders.ts'
import type { Package } from '../support/memory/machine.ts'
import { putInPlace, removeAt } from '../support/memory/tree.ts'
import {
  aPair,
  byHand,
  compare,
  type Deed,
  directory,
  install,
  link,
  NOT_THIS,
  type Pair,
  retire,
  user,
  write,
} from './memory-server-pair.ts'

// The server in memory against a real one, with what every server has; apps are in memory-apps.test.ts.

const FOLDER = '/etc/flight-test'

const HOSTILE_NAMES = [
  `it's "quoted"`,
  '$(reboot) `reboot`',
  'back\\slash\\n',
  'two  spaces ',
  ' before',
  '-rf',
  '*',
  'ünï€ 漢',
  '#x;y&z|w',
  '%s%n',
  '{a,b}',
  '~root',
  'W x',
  'EOF',
]
const HOSTILE_CONTENTS: readonly (string | Uint8Array)[] = [
  '',
  'no newline',
  '\n\n',
  'trailing newlines\n\n\n',
  '$(reboot) `reboot` ${HOME} \\ \\n %s \'"\n',
  'EOF\nEOF_\n',
  '-n',
  '\u001b[31m\u202e ünï€\r\n',
  Uint8Array.from({ length: 256 }, (_, byte) => byte),
  Buffer.from([0xff, 0xfe, 0x0a]),
  'x'.repeat(300_000),
]

promise('files, directories, links, users: what a step does to a real server it does in memory', async () => {
  const pair = await aPair('files-1')
  try {
    const at = (name: string) => `${FOLDER}/${name}`
    const names = [
      'a.conf',
      'b.conf',
      'c.conf',
      'folder',
      'folder/deep/er',
      'link',
      'other',
      'theirs',
      'pipe',
      'missing',
    ]
    const deeds: Deed[] = [
      { what: 'a file in a folder that does not exist', step: write(at('a.conf'), 'one\n') },
      { what: 'the same content again', step: write(at('a.conf'), 'one\n') },
      {
        what: 'another content, mode, owner',
        step: write(at('a.conf'), 'two\n', { mode: '0640', owner: 'root', group: 'www-data' }),
      },
      {
        what: 'a mode of four digits',
        step: write(at('a.conf'), 'two\n', { mode: '4755', owner: 'games', group: 'staff' }),
      },
      { what: 'an owner that does not exist', step: write(at('b.conf'), 'x', { owner: 'nobody-knows' }) },
      { what: 'a group that does not exist', step: write(at('b.conf'), 'x', { group: 'nobody-knows' }) },
      ...HOSTILE_CONTENTS.map((content, index): Deed => ({
        what: `hostile content ${index}`,
        step: write(at('c.conf'), content),
      })),
      ...HOSTILE_NAMES.map((name): Deed => ({ what: `hostile name ${name}`, step: write(at(name), `${name}\n`) })),
      { what: 'a link', step: link(at('link'), 'a.conf') },
      { what: 'a link elsewhere, of another user', step: link(at('link'), '/etc/shadow', 'games') },
      { what: 'a link with a hostile target', step: link(at('link'), `it's\t$(reboot)\n-x \\ `) },
      { what: 'a link over a file', step: link(at('b.conf'), 'nowhere') },
      { what: 'a file over a link', step: write(at('link'), 'three\n') },
      { what: 'a directory', step: directory(at('folder'), '0710', 'games', 'www-data') },
      { what: 'directories above it', step: directory(at('folder/deep/er')) },
      { what: 'another mode and owner', step: directory(at('folder'), '700', 'daemon', 'staff') },
      { what: 'a directory over a file', step: directory(at('a.conf')) },
      { what: 'a file over a directory', step: write(at('folder'), 'x') },
      { what: 'a link over a directory', step: link(at('folder'), 'x') },
      { what: 'a file below a file', step: write(at('a.conf/x'), 'x') },
      { what: 'a link to a folder', step: link(at('other'), 'folder') },
      { what: 'a file through a linked folder', step: write(at('other/deep/file'), 'through\n') },
      { what: 'a directory over a link', step: directory(at('other')) },
      { what: 'a user of an app, whose home is noted and not made', step: user('flight-one') },
      { what: 'a user of no app', step: user('flight-two', 'cluster') },
      { what: 'a user whose group exists', step: user('staff', 'cluster') },
      { what: 'an app whose group exists', step: user('dialout') },
      {
        what: 'a file of that user',
        step: write(at('b.conf'), 'x', { owner: 'flight-one', group: 'flight-one', mode: '600' }),
      },
      byHand(at('theirs'), 'somebody'),
      { what: 'a file of others is retired', step: retire(at('theirs'), ';'), again: false },
      { what: 'a file of Flight is retired', step: retire(at('a.conf')), again: false },
      { what: 'a missing file is retired', step: retire(at('missing')) },
      { what: 'a directory is retired', step: retire(at('folder')) },
      byHand('/etc/php/8.2/fpm/pool.d/theirs.conf', '[theirs]\n; [not]\n  [second]\n'),
      { what: 'a pool of ours', step: write('/etc/php/8.2/fpm/pool.d/ours.conf', '[ours]\n') },
      byHand('/etc/nginx/conf.d/theirs.conf', '# listen 80 default_server\nlisten 80 default_server;\n'),
      {
        what: 'a pipe, which is never opened',
        by: 'hand',
        real: `mkfifo ${at('pipe')}`,
        memory: ({ machine }) => putInPlace(machine, at('pipe'), { type: 'other', owner: 'root', group: 'root' }),
      },
      {
        what: 'somebody removes a file of Flight',
        by: 'hand',
        real: `rm ${at('c.conf')}`,
        memory: ({ machine }) => removeAt(machine, at('c.conf')),
      },
    ]
    await compare(pair, deeds, [
      ...[...names, ...HOSTILE_NAMES, 'other/deep/file', 'folder/deep'].map((name): FactQuery => ({
        fact: 'file',
        path: at(name),
        wanted: NOT_THIS,
      })),
      ...['/', '/home/flight-one', '/home/flight-two', '/home/dialout', '/no/such/folder'].map((path): FactQuery => ({
        fact: 'file',
        path,
        wanted: undefined,
      })),
      ...['root', 'www-data', 'games', 'flight-one', 'flight-two', 'staff', 'dialout', 'nobody-knows'].map(
        (name): FactQuery => ({ fact: 'user', name }),
      ),
      ...['flight-one', 'flight-two', 'staff', 'nobody-knows'].map((name): FactQuery => ({ fact: 'group', name })),
      { fact: 'manifest' },
      { fact: 'foreign', claim: 'fpm-pool' },
      { fact: 'foreign', claim: 'nginx-default-server' },
      { fact: 'key', path: at('a.conf') },
      { fact: 'key', path: at('missing') },
      { fact: 'service', unit: 'no-such.service', configuration: [], mark: { by: 'none' } },
    ])
  } finally {
    await pair.close()
  }
})

const LAB_PACKAGES: readonly Package[] = [
  { name: 'lab-hello', version: '1.0', depends: [{ name: 'lab-words', version: '1.0' }] },
  { name: 'lab-words', version: '1.0', provides: ['lab-anything'] },
  { name: 'lab-rival', version: '1.0', conflicts: ['lab-words'] },
  { name: 'lab-broken', version: '1.0', depends: ['lab-no-such'] },
]
const NEWER: readonly Package[] = [
  { name: 'lab-hello', version: '2.0', depends: [{ name: 'lab-words', version: '2.0' }] },
  { name: 'lab-words', version: '2.0', provides: ['lab-anything'] },
  { name: 'lab-more', version: '2.0', depends: [{ name: 'lab-words', version: '2.0' }] },
  { name: 'lab-rival', version: '1.0', conflicts: ['lab-words'] },
]

function publish(pair: Pair, repository: AptRepository, packages: readonly Package[]): Promise<void> {
  pair.memory.machine.repositories = [
    { uri: repository.url, suite: 'stable', signedBy: repository.fingerprint, packages },
  ]
  const relation = (wanted: string | { name: string; version: string }) =>
    typeof wanted === 'string' ? wanted : `${wanted.name} (= ${wanted.version})`
  const specs = packages.map(({ name, version, depends = [], conflicts = [], provides = [] }) => ({
    name,
    version,
    fields: Object.fromEntries(
      [
        ['Depends', depends.map(relation)] as const,
        ['Conflicts', [...conflicts]] as const,
        ['Provides', [...provides]] as const,
      ]
        .filter(([, list]) => list.length > 0)
        .map(([key, list]) => [key, list.join(', ')]),
    ),
  }))
  return repository.publish('stable', specs)
}

async function serveBoth(pair: Pair, urls: readonly string[]): Promise<void> {
  for (const url of urls) pair.memory.machine.web.set(url, new Uint8Array(await (await fetch(url)).arrayBuffer()))
}

inDrills('apt: keys, sources, installs, refusals and downloads are those of a real server', async () => {
  const repository = await startAptRepository((await sharedLab()).places.gateway)
  const pair = await aPair('apt-1')
  try {
    // Only the lab's repository counts, on both.
    await pair.lab.must(
      'mkdir -p /root/off && mv /etc/apt/sources.list* /root/off/ && mkdir /etc/apt/sources.list.d && rm -rf ' +
        '/var/lib/apt/lists/*',
    )
    removeAt(pair.memory.machine, '/etc/apt/sources.list')
    await publish(pair, repository, LAB_PACKAGES)
    const { keyUrl, armoredKeyUrl, otherKeyUrl, twoKeysUrl, fingerprint } = repository
    const phar = repository.serve('composer.phar', '<?php echo "composer";')
    const other = repository.serve('other.phar', '<?php echo "other";')
    await serveBoth(pair, [keyUrl, armoredKeyUrl, otherKeyUrl, twoKeysUrl, phar.url, other.url])
    const keyring = '/etc/apt/keyrings/lab.gpg'
    const key = (url: string): Step => ({ step: 'key', key: { url, fingerprint }, path: keyring, scope: 'cluster' })
    const source = (suite: string): Step =>
      write(
        '/etc/apt/sources.list.d/lab.sources',
        `Types: deb\nURIs: ${repository.url}/\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`,
      )
    const download = (url: string, sha256: string): Step => ({
      step: 'download',
      url,
      path: '/usr/local/bin/lab-composer',
      sha256,
      mode: '755',
      scope: 'cluster',
    })
    const queries: FactQuery[] = [
      ...['base-files', 'lab-hello', 'lab-words', 'lab-anything', 'lab-no-such'].map((name): FactQuery => ({
        fact: 'package',
        name,
      })),
      { fact: 'key', path: keyring },
      { fact: 'file', path: keyring, wanted: undefined },
      { fact: 'file', path: '/usr/local/bin/lab-composer', wanted: NOT_THIS },
      { fact: 'foreign', claim: 'apt-source' },
      { fact: 'manifest' },
    ]
    await compare(
      pair,
      [
        { what: 'another key', step: key(otherKeyUrl) },
        { what: 'two keys', step: key(twoKeysUrl) },
        { what: 'no key at all', step: key(phar.url) },
        { what: 'no file at all', step: key(`${repository.url}/keys/missing`), again: false },
        { what: 'the armored key', step: key(armoredKeyUrl) },
        { what: 'the key', step: key(keyUrl) },
        { what: 'a suite that does not exist', step: source('nowhere'), again: false },
        { what: 'an install from there', step: install(['lab-hello'], { refresh: true }), again: false },
        {
          what: 'a source of others',
          by: 'hand',
          real:
            `printf 'deb http://192.0.2.1/x stable main\\n' >/etc/apt/sources.list.d/x.list && rm ` +
            `/etc/apt/sources.list.d/x.list; printf '# deb http://192.0.2.1/x stable main\\n' ` +
            `>/etc/apt/sources.list.d/x.list`,
          memory: ({ machine }) =>
            putInPlace(machine, '/etc/apt/sources.list.d/x.list', {
              type: 'file',
              content: Buffer.from('# deb http://192.0.2.1/x stable main\n'),
              mode: '644',
              owner: 'root',
              group: 'root',
            }),
        },
        { what: 'the source', step: source('stable'), again: false },
        {
          what: 'a package that nobody has',
          step: install(['lab-hello', 'lab-no-such'], { refresh: true }),
          again: false,
        },
        { what: 'a package that cannot be installed', step: install(['lab-broken']), again: false },
        { what: 'a package with what it depends on', step: install(['lab-hello'], { refresh: true }) },
        { what: 'a package that would remove another', step: install(['lab-rival']), again: false },
        { what: 'a wrong digest', step: download(other.url, phar.sha256) },
        { what: 'a download', step: download(phar.url, phar.sha256) },
        { what: 'another download over it', step: download(other.url, other.sha256) },
        { what: 'a wrong digest over it', step: download(other.url, phar.sha256) },
        { what: 'nothing to download', step: download(`${repository.url}/missing`, phar.sha256), again: false },
      ],
      queries,
    )
    await publish(pair, repository, NEWER)
    await compare(
      pair,
      [
        { what: 'a package that would upgrade others', step: install(['lab-more'], { refresh: true }), again: false },
        {
          what: 'only one of the upgrades allowed',
          step: install(['lab-more'], { upgrades: ['lab-words'] }),
          again: false,
        },
        { what: 'both allowed', step: install(['lab-more'], { upgrades: ['lab-words', 'lab-hello'] }) },
        {
          what: 'a removal allowed',
          step: install(['lab-rival'], { removes: ['lab-words', 'lab-hello', 'lab-more'] }),
          again: false,
        },
      ],
      [...queries, { fact: 'package', name: 'lab-more' }],
    )
  } finally {
    await pair.close()
    await repository.close()
  }
})

const NGINX: readonly Package[] = [
  {
    name: 'nginx-common',
    version: 'SOME',
    files: { '/etc/nginx/nginx.conf': 'x', '/etc/nginx/sites-available/default': 'theirs' },
    links: { '/etc/nginx/sites-enabled/default': '/etc/nginx/sites-available/default' },
  },
  { name: 'nginx-light', version: 'SOME', depends: ['nginx-common'], units: ['nginx.service'] },
]

inDrills('services: what they run, load and refuse is what a real nginx runs, loads and refuses', async () => {
  const pair = await aPair('nginx-1')
  try {
    const { machine } = pair.memory
    machine.repositories = machine.repositories.map((repository) => ({ ...repository, packages: NGINX }))
    const nginx: ServiceStep = {
      step: 'service',
      unit: 'nginx.service',
      does: 'start',
      configuration: ['/etc/nginx'],
      mark: { by: 'newest-worker', pidFile: '/run/nginx.pid' },
      test: { program: 'nginx' },
      changes: [],
      precedes: [],
      patience: 0,
      pools: [],
      waitForNginx: 0,
    }
    const reload = (...changes: string[]): Step => ({ ...nginx, does: 'reload', changes })
    const conf = '/etc/nginx/conf.d/flight.conf'
    const other = '/etc/nginx/conf.d/other.conf'
    const systemctl = (words: string, change: Partial<{ enabled: boolean; active: boolean }>): Deed => ({
      what: `systemctl ${words}`,
      by: 'hand',
      real: `systemctl ${words}`,
      memory: (to) =>
        to.machine.units.set('nginx.service', {
          ...(to.machine.units.get('nginx.service') as { enabled: boolean; active: boolean; loadedAt: number }),
          ...change,
        }),
    })
    await compare(
      pair,
      [
        { what: 'a start of what is not installed', step: nginx },
        {
          what: 'the default site before the package comes',
          step: write('/etc/nginx/sites-available/default', '# ours\n'),
        },
        { what: 'the package', step: install(['nginx-light'], { refresh: true }), again: false },
        { what: 'a start of what runs', step: nginx },
        { what: 'a configuration', step: write(conf, '# one\n') },
        { what: 'a reload', step: reload(conf), again: false },
        { what: 'the same content once more, which is loaded already', step: write(conf, '# one\n') },
        { what: 'another content', step: write(conf, '# two\n') },
        { what: 'a start of what runs with newer files', step: nginx },
        byHand(other, 'nonsense;\n'),
        { what: 'a reload refused for the fault of others', step: reload() },
        { what: 'a reload refused, the files of the plan put back', step: reload(conf), again: false },
        byHand(other, '# fine\n'),
        { what: 'a reload of what others wrote', step: reload(), again: false },
        { what: 'a configuration that is bad', step: write(`${conf}.conf`, 'nonsense;\n') },
        { what: 'a reload that takes the new file away again', step: reload(`${conf}.conf`), again: false },
        systemctl('--quiet disable nginx', { enabled: false }),
        { what: 'a start that enables', step: nginx },
        systemctl('stop nginx', { active: false }),
        { what: 'a start of what is stopped', step: nginx },
        systemctl('stop nginx', { active: false }),
        { what: 'a reload of what is stopped', step: reload() },
        {
          what: 'a start of no unit',
          step: { ...nginx, unit: 'no-such.service', mark: { by: 'none' }, test: { program: 'none' } },
        },
        { what: 'a start without a mark', step: { ...nginx, mark: { by: 'none' }, test: { program: 'none' } } },
      ],
      [
        { fact: 'service', unit: 'nginx.service', configuration: ['/etc/nginx'], mark: nginx.mark },
        { fact: 'file', path: conf, wanted: NOT_THIS },
        { fact: 'file', path: `${conf}.conf`, wanted: NOT_THIS },
        { fact: 'file', path: '/etc/nginx/sites-available/default', wanted: NOT_THIS },
        { fact: 'file', path: '/etc/nginx/sites-enabled/default', wanted: undefined },
        { fact: 'foreign', claim: 'nginx-default-server' },
      ],
    )
  } finally {
    await pair.close()
  }
})

promise('the lock, its holder and the history are those of a real server', async () => {
  const pair = await aPair('lock-1')
  try {
    for (const host of [pair.real, pair.fake]) {
      assert.equal(await host.holders(), [HOLDER])
      await host.record('{"one":1}')
      await host.record(`{"it's":"$(reboot)"}`)
      assert.equal((await host.history()).slice(-2), ['{"one":1}', `{"it's":"$(reboot)"}`])
    }
  } finally {
    await pair.close()
  }
})

// Everything that can be changed, with its inode and the times of its content and of its change.
const LISTING =
  `find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run/user -o -path ` +
  `/run/systemd -o -path /run/log -o -path /var/log \\) -prune -o -printf '%p %i %s %T@ %C@\\n' | sort; find /run ` +
  `-xdev \\( -path /run/user -o -path /run/systemd -o -path /run/log \\) -prune -o -printf '%p %i %s %T@ %C@\\n' | sort`

inDrills('planning changes no file, no time of a file, and leaves no lock', async () => {
  // Provisioned hosts have more to be asked about than bare ones, and lists of packages.
  const pair = await aPair('nginx-1')
  try {
    const wanted = cluster({
      phpIni: { memory_limit: '256M' },
      phpReload: '15 4 * * *',
      phpSource: { kind: 'sury' },
      php: ['8.1', '8.2'],
    })
    const queries = queriesFor({
      resources: compileFor(wanted, server('nginx-1'), await pair.real.system()),
      apps: [],
      retires: () => true,
    })
    const before = await pair.lab.must(LISTING)
    const facts = await pair.real.probe(queries)
    assert.is(await pair.lab.must(LISTING), before)
    assert.ok(before.split('\n').length > 5000)
    // It did ask apt what installing would do.
    assert.ok(facts.get({ fact: 'package', name: 'php8.2-fpm' }).transaction.installs.length > 0)
  } finally {
    await pair.close()
  }
  assert.is(await pair.lab.must('flock -n /var/lib true && echo free'), 'free\n')
})

test.run()
