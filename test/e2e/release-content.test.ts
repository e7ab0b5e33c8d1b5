import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writePlan } from '../../src/engine/plan/plan-file.ts'
import { withDigest } from '../../src/engine/plan/plan-of.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { Repository } from '../artifacts/repository.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { oneLine } from './app-definition.ts'
import { repositoryOf } from './app-repository.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, provisioned } from './fleet.ts'
import { get } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { planOn } from './read-plan.ts'
import { asApp } from './release.ts'
import { appears } from './until.ts'

// What a release holds and leaves: hostile content, what is shared,
// what is kept and what goes, what is written down about it.

let hosts: LabHost[]
let at: Desk
let repo: Repository
const domain = 'shop.example.com'

test.before(
  loud(async () => {
    hosts = await provisioned('web-1', 'web-2')
    repo = repositoryOf('plain')
    at = await desk({
      'clusters/web.yml': cluster(hosts),
      'apps/shop.yml': definition(),
      'apps/blog.yml': definition('', 'blog.example.com'),
    })
    await at.expect(0, 'plan')
    await at.expect(0, 'apply', 'plan.json')
  }),
)

// A command that waits as long as the test wants to look.
const HELD = 'touch /srv/hold/composer.reached; while [ -e /srv/hold/composer ]; do sleep 0.1; done'

function definition(more = '', at = domain): string {
  return `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${at}
linked_dirs: [ storage/app ]
linked_files: []
keep_releases: 2
keep_assets: [ public/build ]
${more}servers:
  - { name: web-1, web: { pm: static, max_workers: 3 } }
  - { name: web-2, web: { pm: static, max_workers: 3 } }
`
}

const release = async (...more: string[]) => at.expect(0, 'app:release', 'shop', 'main', '--yes', ...more)
const live = async (host: LabHost) =>
  (await host.must('readlink /home/shop/shop/current')).trim().replace('releases/', '')

promise(
  'names with spaces, quotes and newlines, links that lead out, an .env, a large file and many: all arrive as they ' +
    'are, and harm nobody',
  async () => {
    const many = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`many/${index % 100}/file-${index}`, `${index}\n`]),
    )
    const large = Buffer.alloc(300 * 1024 * 1024, 'a line of a large file\n')
    repo.commit('Hostile', {
      ...many,
      'a file\nwith "quotes", spaces $(reboot)': 'odd\n',
      "it's": 'odd\n',
      '-rf': 'odd\n',
      outward: { link: '/etc/shadow' },
      up: { link: '../../../../../..' },
      '.env': 'APP_KEY=of-the-repository\n',
      'large.bin': large,
      'public/build/one.css': 'one\n',
      'storage/app/from-git.txt': 'git\n',
    })
    const { said } = await release()
    assert.match(oneLine(said), /warning: shop: \.env is in it: whoever reads the repository reads its passwords/)
    assert.match(
      oneLine(said),
      /warning: shop: links that lead out of the release are kept as they are: outward -> \/etc\/shadow/,
    )
    for (const host of hosts) {
      const folder = `/home/shop/shop/releases/${await live(host)}`
      assert.is(
        await asApp(host, 'shop', `cd ${folder} && cat 'a file\nwith "quotes", spaces $(reboot)' "it's" ./-rf`),
        'odd\nodd\nodd\n',
      )
      assert.is((await asApp(host, 'shop', `find ${folder}/many -type f | wc -l`)).trim(), '20000')
      assert.is(
        await asApp(host, 'shop', `stat -c %s ${folder}/large.bin && readlink ${folder}/outward ${folder}/storage/app`),
        `${large.length}\n/etc/shadow\n../../../.flight/shared/storage/app\n`,
      )
      assert.is(
        await host.must(
          `find ${folder} ! -user shop | wc -l; ls /var/lib/flight/releases/shop/*/artifact* 2>/dev/null | wc -l; ` +
            `stat -c %a /var/lib/flight/releases`,
        ),
        '0\n0\n700\n',
      )
      assert.match((await get(host, { domain, path: '/' })).body, new RegExp(`release ${await live(host)}`))
    }
  },
)

inDrills('what a page of the previous release asks for is still there, what is older is not', async () => {
  repo.git('rm', '-rq', 'many', 'large.bin', '.env', 'outward', 'up', 'public/build/one.css')
  repo.commit('Two', { 'public/build/two.css': 'two\n' })
  await release()
  const builds = async () => Promise.all(hosts.map((host) => asApp(host, 'shop', 'ls shop/current/public/build')))
  assert.equal(await builds(), ['one.css\ntwo.css\n', 'one.css\ntwo.css\n'])
  repo.git('rm', '-q', 'public/build/two.css')
  repo.commit('Three', { 'public/build/three.css': 'three\n' })
  await release()
  assert.equal(await builds(), ['three.css\ntwo.css\n', 'three.css\ntwo.css\n'])
})

inDrills(
  'old releases go, except one that a process stands in and one that holds an upload; both are named and kept',
  async () => {
    const [one, two] = hosts as [LabHost, LabHost]
    const inUse = await live(one)
    await one.must(
      `systemd-run --quiet --unit lab-stands --uid shop --working-directory=/home/shop/shop/releases/${inUse} ` +
        `sleep 600`,
    )
    await asApp(
      two,
      'shop',
      `mkdir -p shop/current/public/uploads && echo precious >shop/current/public/uploads/photo.jpg; mkdir -p ` +
        `shop/current/storage/logs && echo said >shop/current/storage/logs/laravel.log`,
    )
    for (const subject of ['Four', 'Five', 'Six']) {
      repo.commit(subject, { 'version.txt': subject })
      await release()
    }
    const there = async (host: LabHost) => (await asApp(host, 'shop', 'ls shop/releases')).trim().split('\n')
    assert.ok((await there(one)).includes(inUse) && (await there(one)).length === 3, (await there(one)).join())
    assert.ok((await there(two)).includes(inUse) && (await there(two)).length === 3)
    const { stdout } = await at.expect(0, 'app:release', 'shop', 'main', '--yes')
    assert.match(
      oneLine(stdout),
      new RegExp(
        `web-1: release ${inUse} of shop is kept beyond keep_releases: in use by process \\d+ \\(\\S*sleep 600\\)`,
      ),
    )
    assert.match(
      oneLine(stdout),
      new RegExp(
        `web-2: release ${inUse} of shop is kept beyond keep_releases: it holds files that came neither with it nor ` +
          `from its commands \\(1, such as public/uploads/photo\\.jpg\\)`,
      ),
    )
    await one.must('systemctl stop lab-stands')
    await asApp(two, 'shop', `rm -r shop/releases/${inUse}/public/uploads`)
    repo.commit('Seven', { 'version.txt': 'Seven' })
    await release()
    assert.equal([(await there(one)).length, (await there(two)).length], [2, 2])
    assert.is(
      await asApp(two, 'shop', `cat shop/.flight/logs/${inUse}/laravel.log`),
      'said\n',
      'its logs stay for a while',
    )
    for (const [days, state] of [
      [13, 'there'],
      [15, 'gone'],
    ] as const) {
      await asApp(two, 'shop', `touch -d '${days} days ago' shop/.flight/logs/${inUse}`)
      repo.commit(`${days} days later`, { 'version.txt': `${days}` })
      await release()
      assert.is(
        await asApp(two, 'shop', `[ -e shop/.flight/logs/${inUse} ] && echo there || echo gone`),
        `${state}\n`,
        `${days} days later`,
      )
    }
  },
)

inDrills(
  'OPcache forgets a release that is gone, and what composer_auth holds reaches composer and is left nowhere',
  async () => {
    const [one] = hosts as [LabHost, LabHost]
    const forget = async (release: string) =>
      one.must(
        `REQUEST_METHOD=GET SCRIPT_FILENAME=/usr/lib/flight/opcache.php ` +
          `FLIGHT_FORGET=/home/shop/shop/releases/${release}/ cgi-fcgi -bind -connect /run/php/flight-shop-8.2.sock`,
      )
    const canary = 'c4nary-of-composer'
    at.put('apps/auth.json', JSON.stringify({ 'http-basic': { 'example.com': { username: 'x', password: canary } } }))
    at.put('apps/shop.yml', definition('composer_auth: auth.json\ncomposer_command: run-script probe\n'))
    repo.commit('With a secret', {
      'composer.json': JSON.stringify({
        name: 'lab/plain',
        scripts: { probe: ["@php -r \"file_put_contents('seen', sha1(getenv('COMPOSER_AUTH')));\"", HELD] },
      }),
    })
    for (const host of hosts) await host.must('mkdir -p -m 1777 /srv/hold && : >/srv/hold/composer')
    const run = at.start('app:release', 'shop', 'main', '--yes', '--log-file', 'flight.log')
    for (const host of hosts) await appears(host, '/srv/hold/composer.reached')
    for (const host of hosts)
      assert.is((await host.run(`ps auxww | grep -v grep | grep -c ${canary}`)).stdout.trim(), '0')
    for (const host of hosts) await host.must('rm /srv/hold/composer')
    const { exit, said } = await run.answer
    assert.is(exit, 0, said)
    const { createHash } = await import('node:crypto')
    for (const host of hosts) {
      assert.is(
        await asApp(host, 'shop', 'cat shop/current/seen'),
        createHash('sha1').update(at.text('apps/auth.json')).digest('hex'),
      )
      assert.is((await host.run(`grep -rlsF ${canary} /var /home /run /tmp /etc /root`)).stdout, '')
    }
    assert.is(said.includes(canary) || at.text('flight.log').includes(canary), false)
    assert.is(
      readdirSync(join(at.folder, 'state/receipts')).some((file) => at.text(`state/receipts/${file}`).includes(canary)),
      false,
    )
    const old = await live(one)
    for (let request = 0; request < 3; request++) await get(one, { domain, path: '/include' })
    assert.match(await forget(old), /dropped [1-9]/, 'what is live is cached')
    await get(one, { domain, path: '/include' })
    at.put('apps/shop.yml', definition())
    for (const subject of ['Then', 'And then']) {
      repo.commit(subject, { 'version.txt': subject })
      await release()
    }
    assert.match(await forget(old), /dropped 0/)
  },
)

promise('what is written down: on each server, in the receipt, in app:releases and in history', async () => {
  const commit = repo.commit('What a subject; $(reboot)', { 'composer.lock': '{}\n', 'version.txt': 'Eight' })
  const { stdout } = await at.expect(0, 'app:release', 'shop', 'main', '--yes', '--json')
  const { receipt } = JSON.parse(stdout) as {
    receipt: {
      releases: { name: string; commit: string; subject: string; artifact: string; composerLock: string }[]
      servers: { actions: { address: string; seconds: number }[] }[]
    }
  }
  const [made] = receipt.releases
  assert.equal([made?.commit, made?.subject, made?.composerLock.length], [commit, 'What a subject; $(reboot)', 64])
  assert.ok(receipt.servers.every(({ actions }) => actions.length > 5 && actions.every(({ seconds }) => seconds >= 0)))
  for (const host of hosts) {
    const note = JSON.parse(await host.must(`cat /var/lib/flight/releases/shop/${made?.name}/unpacked`)) as {
      commit: string
      artifact: string
      who: string
      when: string
    }
    assert.equal([note.commit, note.artifact, note.who], [commit, made?.artifact, 'root'])
  }
  const listed = JSON.parse((await at.expect(0, 'app:releases', 'shop', '--json')).stdout) as {
    releases: { release: string; state: string; live: string[]; who: string }[]
  }
  assert.equal(
    listed.releases.slice(0, 2).map(({ state, live: on, who }) => [state, on.length, who]),
    [
      ['live', 2, 'root'],
      ['good', 0, 'root'],
    ],
  )
  assert.match((await at.expect(0, 'history')).stdout, /app:release shop/)
})

promise(
  'a plan for approval names commit and tree; another machine applies exactly that, and not what the branch says by ' +
    'then',
  async () => {
    const commit = repo.commit('Approved', { 'version.txt': 'Nine' })
    await at.expect(2, 'plan', '--release', 'shop=main', '--detailed-exitcode')
    assert.equal(
      [planOn(at).releases[0]?.commit, planOn(at).releases[0]?.tree],
      [commit, repo.git('rev-parse', `${commit}^{tree}`)],
    )
    repo.commit('Not approved', { 'version.txt': 'Ten' })
    const there = await desk({
      'clusters/web.yml': cluster(hosts),
      'apps/shop.yml': definition(),
      'apps/blog.yml': definition('', 'blog.example.com'),
      'plan.json': at.text('plan.json'),
    })
    // Who writes another subject everywhere in a plan, with a digest that fits, has it held against the repository.
    const { digest: _digest, ...body } = JSON.parse(
      at.text('plan.json').replaceAll('"subject":"Approved"', '"subject":"Harmless"'),
    ) as Plan
    there.put('lie.json', writePlan(withDigest(body)))
    const { said } = await there.expect(3, 'apply', 'lie.json')
    assert.match(
      oneLine(said),
      /the commit [0-9a-f]{12} is "Approved" here; the plan says "Harmless" \(FLIGHT_STALE_PLAN\)/,
    )
    for (const host of hosts) assert.is.not(await live(host), `${commit.slice(0, 12)}-1`)
    await there.expect(0, 'apply', 'plan.json')
    for (const host of hosts) assert.is(await live(host), `${commit.slice(0, 12)}-1`)
    assert.is(await asApp(hosts[0] as LabHost, 'shop', 'cat shop/current/version.txt'), 'Nine')
  },
)

inDrills('an archive made elsewhere is sent instead; one that is none is refused before anything is sent', async () => {
  const folder = at.folder
  await at.expect(1, 'app:release', 'shop', 'main', '--yes', '--artifact', join(folder, 'clusters/web.yml'))
  repo.git('archive', '--format=tar.gz', '-o', join(folder, 'made.tar.gz'), 'main')
  writeFileSync(join(folder, 'note'), '')
  await release('--artifact', join(folder, 'made.tar.gz'))
  assert.is(await asApp(hosts[1] as LabHost, 'shop', 'cat shop/current/version.txt'), 'Ten')
})

inDrills(
  'sshd sees one connection a server, and at most five channels and one for each command of the user',
  async () => {
    repo.commit('Counted', { 'version.txt': 'Eleven' })
    at.put('apps/shop.yml', definition('release_commands: [ "true", "true", "true" ]\nafter_commands: [ "true" ]\n'))
    await at.expect(2, 'plan', '--release', 'shop=main', '--detailed-exitcode')
    const marks = hosts.map((host) => host.sshActivity().mark)
    await at.expect(0, 'apply', 'plan.json')
    const counted = (since: typeof marks) => {
      for (const [index, host] of hosts.entries()) {
        const { connections, commands } = host.sshActivity(since[index])
        assert.is(connections, 1)
        assert.ok(commands <= 5, `${commands} channels on ${host.name}`)
      }
    }
    counted(marks)
    repo.commit('Counted again', { 'version.txt': 'Eleven and a half' })
    const later = hosts.map((host) => host.sshActivity().mark)
    await release()
    counted(later)
  },
)

inDrills(
  'what lay spoiled on a server, as a power cut leaves it, is refused, nothing of it stays, and it is sent anew',
  async () => {
    const commit = repo.commit('Spoiled', { 'version.txt': 'Spoiled' })
    const [one] = hosts as [LabHost, LabHost]
    const before = await live(one)
    const [name, again] = [1, 2].map((number) => `${commit.slice(0, 12)}-${number}`)
    await one.must(
      `mkdir -p -m 0700 /var/lib/flight/releases/shop/${name} && tar -czf ` +
        `/var/lib/flight/releases/shop/${name}/artifact.tar.gz -C /etc hostname`,
    )
    const { said } = await at.expect(1, 'app:release', 'shop', 'main', '--yes')
    assert.match(oneLine(said), /the artifact is not what was sent/)
    assert.equal(await Promise.all(hosts.map(live)), [before, before])
    assert.is(
      await one.must(
        `ls -d /home/shop/shop/releases/${name} /var/lib/flight/releases/shop/${name}/artifact* ` +
          `/var/lib/flight/releases/shop/${name}/unpacked 2>/dev/null | wc -l`,
      ),
      '0\n',
    )
    await release()
    assert.equal(await Promise.all(hosts.map(live)), [again, again])
  },
)

// Each waits until the other has come as far, so neither ends while the other has not begun.
const meet = (own: string, other: string) =>
  `release_commands: [ "touch /srv/hold/${own}-is-here; ` +
  `until [ -e /srv/hold/${other}-is-here ]; do sleep 0.1; done" ]\n`

inDrills('two apps are released on the same servers side by side', async () => {
  for (const host of hosts) await host.must('mkdir -p -m 1777 /srv/hold')

  repo.commit('Both', { 'version.txt': 'Twelve' })
  at.put('apps/shop.yml', definition(meet('shop', 'blog')))
  at.put('apps/blog.yml', definition(meet('blog', 'shop'), 'blog.example.com'))
  const both = await Promise.all([
    at.flight('app:release', 'shop', 'main', '--yes'),
    at.flight('app:release', 'blog', 'main', '--yes'),
  ])
  assert.equal(
    both.map(({ exit }) => exit),
    [0, 0],
    both.map(({ said }) => said).join('\n'),
  )
})

test.run()
