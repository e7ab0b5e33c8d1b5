import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Repository } from '../artifacts/repository.ts'
import { repository, temporary } from '../artifacts/repository.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { watchProcesses } from '../support/watch-processes.ts'
import { oneLine } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, provisioned } from './fleet.ts'
import { get } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { underApp } from './release.ts'
import { gatedProgram } from './gated-program.ts'
import { until } from './until.ts'
import { pidsOf } from './workers.ts'

// The environment file of an application on three real servers: pushed, edited, taken back.

const ENV = '/home/shop/shop/.flight/shared/.env'
const domain = 'shop.example.com'

// Answers with what its environment file says, and is sick when that says so.
const INDEX = `<?php
preg_match('/^NAME=(.*)$/m', file_get_contents(__DIR__ . '/../.env'), $name);
if (preg_match('/^SICK=1$/m', file_get_contents(__DIR__ . '/../.env'))) { http_response_code(500); }
echo $name[1] ?? 'nobody';
`

let hosts: readonly [LabHost, LabHost, LabHost]
let at: Desk
let repo: Repository

test.before(
  loud(async () => {
    const [one, two, three] = await provisioned('web-1', 'web-2', 'web-3')
    hosts = [one, two, three]
    repo = repository(join(temporary('flight-env-'), 'shop'))
    repo.commit('First', { 'public/index.php': INDEX, 'wander.php': `<?php chdir('/'); while (true) sleep(1);\n` })
    const on = (name: string, more = '') => `  - { name: ${name}, web: { pm: static, max_workers: 3 }${more} }\n`
    at = await desk({
      'clusters/web.yml': cluster(hosts),
      'apps/shop.yml': `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${domain}
health_check: { path: /, timeout: 5, retries: 0 }
servers:
${on('web-1')}${on(
        'web-2',
        ', daemons: [ { name: idle, command: sleep 1000000, workers: 2, stop_wait_timeout: 10 ' +
          '}, { name: wanderer, command: php wander.php, workers: 1, stop_wait_timeout: 10 } ]',
      )}${on('web-3')}`,
    })
  }),
)

const CANARY = 'c4n4ry-of-a-secret'

const everyone = async () =>
  new Map([...(await pidsOf(hosts[1], 'shop', 'idle')), ...(await pidsOf(hosts[1], 'shop', 'wanderer'))])
const contents = () => Promise.all(hosts.map((host) => host.must(`cat ${ENV}`)))
const names = () => Promise.all(hosts.map(async (host) => (await get(host, { domain, path: '/' })).body))
const edit = (text: string) => writeFileSync(join(at.folder, '.env.shop'), text, { mode: 0o600 })
// As somebody begins who has not looked for a while.
const fresh = () => at.expect(0, 'env:pull', 'shop', '--force')
const local = () => readFileSync(join(at.folder, '.env.shop'), 'utf8')

const nobodyHoldsALock = () =>
  until(
    'nobody holds a lock',
    () => at.flight('locks'),
    ({ stdout }) => /Nobody holds a lock/.test(stdout),
  )

// On the servers a value lies in the app's own file and in those that were replaced; here in the file that was pushed.
async function onlyWhereItBelongs(): Promise<void> {
  const pattern = CANARY.replace('c', '[c]')
  for (const host of hosts) {
    const found = (
      await host.must(
        `grep -rlsa '${pattern}' /etc /var /tmp /run /root /home /srv /usr/local /usr/lib/flight /dev/shm || true; ` +
          `journalctl -q --no-pager | grep -c '${pattern}' || true`,
      )
    )
      .trim()
      .split('\n')
    assert.is(found.pop(), '0', 'the journal')
    assert.equal(
      found.filter((path) => path !== ENV && !/^\/var\/lib\/flight\/environments\/shop\/[^/]+\/was$/.test(path)),
      [],
      host.name,
    )
  }
  const here = execFileSync('sh', ['-c', `grep -rlsa '${pattern}' . || true`], { cwd: at.folder, encoding: 'utf8' })
    .trim()
    .split('\n')
  assert.equal(
    here.filter((path) => !['', './.env.shop', './theirs', './mine', './a', './b'].includes(path)),
    [],
  )
}

promise(
  'before the app is even configured a push makes its user and folders, and the first release finds its file',
  async () => {
    edit('NAME=one\nQUOTED=\'a # $b `c`\'\nNO_NEWLINE="at\nthe end"')
    await at.expect(0, 'env:push', 'shop', '--yes')
    assert.equal(await contents(), [local(), local(), local()])
    for (const host of hosts) assert.is(await host.must(`stat -c '%a %U:%G %F' ${ENV}`), '600 shop:shop regular file\n')
    await at.expect(0, 'app:configure', 'shop', '--yes')
    await at.expect(0, 'app:release', 'shop', 'main', '--yes')
    assert.equal(await names(), ['one', 'one', 'one'])
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

inDrills(
  'a program that left the folder of its release by itself is restarted by the next release all the same',
  async () => {
    const before = await pidsOf(hosts[1], 'shop', 'wanderer')
    repo.commit('Second', { 'version.txt': 'two' })
    await at.expect(0, 'app:release', 'shop', 'main', '--yes')
    const after = await pidsOf(hosts[1], 'shop', 'wanderer')
    assert.ok(after.size === 1 && [...after].every(([name, pid]) => before.get(name) !== pid))
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

promise(
  'a push shows the keys that change and no value, reaches all servers, and restarts workers; again it is nothing ' +
    'to do',
  async () => {
    const before = await everyone()
    edit(local().replace('NAME=one', `NAME=two\nADDED=${CANARY}`))
    const watch = watchProcesses(CANARY)
    const answer = await at.expect(0, 'env:push', 'shop', '--yes', '-v', '--log-file', 'log', '--json')
    assert.equal(await watch.stop(), [])
    assert.match(oneLine(answer.stderr), /\.env\.shop against web-1, web-2, web-3: 2 keys differ \+ ADDED ~ NAME/)
    assert.equal((JSON.parse(answer.stdout) as { servers: unknown }).servers, [
      {
        servers: ['web-1', 'web-2', 'web-3'],
        comparison: { added: ['ADDED'], removed: [], changed: ['NAME'], identical: false },
        why: '',
      },
    ])
    assert.not.match(answer.said, new RegExp(`${CANARY}|two`))
    assert.equal(await names(), ['two', 'two', 'two'])
    const after = await everyone()
    assert.is(after.size, 3)
    assert.ok(
      [...after].every(([name, pid]) => before.get(name) !== pid),
      'they read the new file',
    )
    assert.match(
      (await at.expect(0, 'env:push', 'shop', '--yes')).stdout,
      /web-1, web-2, web-3 have this file already: nothing to do/,
    )
    await at.expect(0, 'plan', '--detailed-exitcode')
    await onlyWhereItBelongs()
  },
)

promise(
  'what the application cannot live with is taken back everywhere, with exit code 7, and shows no value',
  async () => {
    const good = local()
    edit(good.replace('NAME=two', 'NAME=three\nSICK=1').replace(CANARY, `${CANARY}-2`))
    const watch = watchProcesses(CANARY)
    const { said } = await at.expect(7, 'env:push', 'shop', '--yes')
    assert.equal(await watch.stop(), [])
    assert.match(
      oneLine(said),
      /environment file of shop: was written and was taken back \(all servers have the file that they had before\)/,
    )
    assert.not.match(said, new RegExp(CANARY))
    assert.equal(await contents(), [good, good, good])
    assert.equal(await names(), ['two', 'two', 'two'])
    await at.expect(0, 'plan', '--detailed-exitcode')
    await onlyWhereItBelongs()
    edit(good)
  },
)

inDrills('env:rollback takes one push back after the other, until nothing is kept', async () => {
  const { stdout } = await at.expect(0, 'env:rollback', 'shop', '--yes')
  assert.match(
    oneLine(stdout),
    /what lay there before the last push against web-1, web-2, web-3: 2 keys differ - ADDED ~ NAME/,
  )
  assert.equal(await names(), ['one', 'one', 'one'])
  const { said } = await at.expect(1, 'env:rollback', 'shop', '--yes')
  assert.match(oneLine(said), /web-1: keeps no environment file of shop from before the last push/)
  await at.expect(0, 'env:push', 'shop', '--yes', '--force')
  assert.equal(await names(), ['two', 'two', 'two'])
})

inDrills('servers that differ are not flattened: it says on which keys, and what to type', async () => {
  await hosts[2].must(underApp('shop', `sed -i 's/^NAME=.*/NAME=other/; s/^ADDED=.*/ADDED=more/' ${ENV}`))
  edit(local().replace('NAME=two', 'NAME=four'))
  const { said } = await at.expect(1, 'env:push', 'shop', '--yes')
  assert.match(oneLine(said), /web-1, web-2 \| web-3 differ on ADDED, NAME/)
  assert.match(oneLine(said), /--all for one file everywhere, or --server NAME for this one alone/)
  await at.expect(0, 'env:push', 'shop', '--yes', '--server', 'web-1')
  assert.equal(await names(), ['four', 'two', 'other'])
  const { stdout } = await at.expect(0, 'env:push', 'shop', '--yes', '--all')
  assert.match(
    oneLine(stdout),
    /against web-1: the same .*against web-2: 1 key differs ~ NAME .*against web-3: 2 keys differ ~ ADDED ~ NAME/,
  )
  assert.equal(await names(), ['four', 'four', 'four'])
  // Each of them goes back to its own.
  await at.expect(0, 'env:rollback', 'shop', '--yes')
  assert.equal(await names(), ['four', 'two', 'other'])
  await at.expect(0, 'env:push', 'shop', '--yes', '--all')
})

inDrills(
  'what was pulled before somebody else pushed is refused with the keys of both sides; --force takes theirs away',
  async () => {
    const watch = watchProcesses(CANARY)
    await at.expect(0, 'env:pull', 'shop', 'mine')
    assert.equal(await watch.stop(), [])
    await at.expect(0, 'env:pull', 'shop', 'theirs')
    at.put('theirs', `${at.text('theirs')}\nTHEIRS=${CANARY}\n`)
    await at.expect(0, 'env:push', 'shop', 'theirs', '--yes')
    at.put('mine', at.text('mine').replace('NAME=four', 'NAME=five'))
    const { said } = await at.expect(1, 'env:push', 'shop', 'mine', '--yes')
    assert.match(oneLine(said), /mine: was pulled before the file on web-1 was changed: there \+THEIRS; here ~NAME/)
    assert.not.match(said, new RegExp(CANARY))
    // Whoever pushed goes on from there without a pull.
    at.put('theirs', `${at.text('theirs')}MORE=1\n`)
    await at.expect(0, 'env:push', 'shop', 'theirs', '--yes')
    await at.expect(0, 'env:push', 'shop', 'mine', '--yes', '--force')
    assert.equal(await contents(), [at.text('mine'), at.text('mine'), at.text('mine')])
    edit(at.text('mine'))
  },
)

inDrills(
  'env:edit: what the editor leaves is pushed; what Laravel would not understand is shown by line and column, and ' +
    'not lost',
  async () => {
    const shm = () => execFileSync('sh', ['-c', 'ls -d /dev/shm/flight-* 2>/dev/null || true'], { encoding: 'utf8' })
    const before = shm()
    const editor = (script: string) => at.where({ EDITOR: `sh -c '${script}' editor`, XDG_RUNTIME_DIR: '' })
    const { stdout } = await editor(
      `stat -c "%a %U" "$1" "$(dirname "$1")" >${at.folder}/modes; sed -i s/^NAME=.*/NAME=six/ "$1"`,
    ).expect(0, 'env:edit', 'shop', '--yes')
    assert.match(oneLine(stdout), /your edit against web-1, web-2, web-3: 1 key differs ~ NAME/)
    assert.equal(await names(), ['six', 'six', 'six'])
    assert.is(at.text('modes'), '600 root\n700 root\n')
    assert.match((await editor('true').expect(0, 'env:edit', 'shop', '--yes')).stdout, /nothing was edited/)
    assert.match(
      (await editor('exit 3').expect(5, 'env:edit', 'shop', '--yes')).said,
      /ended with exit code 3: nothing was pushed/,
    )
    assert.is(shm(), before, 'nothing of it is left')
    const broken = await editor(`echo BROKEN=\\"${CANARY} >>"$1"`).expect(5, 'env:edit', 'shop', '--yes')
    assert.match(broken.said, /\.env\.shop:\d+:\d+: .*quote/)
    assert.match(oneLine(broken.said), /Your edit is not lost: it is in \/dev\/shm\/flight-\S+, in memory/)
    assert.not.match(broken.said, new RegExp(CANARY))
    const kept = /\/dev\/shm\/flight-[^/]+/.exec(broken.said)?.[0] ?? ''
    assert.match(execFileSync('sh', ['-c', 'cat "$1"/.env.shop', 'sh', kept], { encoding: 'utf8' }), 'BROKEN=')
    execFileSync('rm', ['-r', kept])
    assert.equal(await names(), ['six', 'six', 'six'])
  },
)

inDrills('5,000 keys and hostile values arrive to the byte', async () => {
  await fresh()
  const good = local()
  const hostile = [
    "'; touch /srv/owned; '",
    '$(touch /srv/owned)',
    '`touch /srv/owned`',
    'EOF',
    'EOF\\nrm -rf /',
    '%s%n',
    '\\\\',
    '«ü»',
    '{{ 1 }}',
  ]
  const many = Array.from(
    { length: 5000 },
    (_, index) =>
      `KEY_${index}="${(hostile[index % hostile.length] as string).replaceAll('"', '').replaceAll('\\n', '\\\\n')} ` +
      `${index}"`,
  )
  edit(`${good.trimEnd()}\r\nCRLF=1\r\nEOF=EOF\nEOF_="EOF\nEOF\n"\n${many.join('\n')}\n# no newline at the end`)
  await at.expect(0, 'env:push', 'shop', '--yes')
  assert.equal(await contents(), [local(), local(), local()])
  for (const host of hosts) await host.must('! test -e /srv/owned')
  edit(`${good}\nNUL=\0`)
  assert.match((await at.expect(5, 'env:push', 'shop', '--yes')).said, /a NUL byte/)
  edit(`${good}\nOPEN="${CANARY}\n`)
  const refused = await at.expect(5, 'env:push', 'shop', '--yes')
  assert.match(refused.said, /\.env\.shop:\d+:6: this quote is not closed/)
  assert.not.match(refused.said, new RegExp(CANARY))
  edit(good)
  await at.expect(0, 'env:push', 'shop', '--yes')
})

inDrills('an app that puts a link, a pipe or a folder in the place of its file gains nothing', async () => {
  await fresh()
  const [host] = hosts
  const good = local()
  await host.must('echo innocent >/etc/innocent && chmod 600 /etc/innocent')
  edit(`${good}\nLATER=${CANARY}\n`)
  for (const [script, said] of [
    [`ln -sfn /etc/innocent ${ENV}`, /is a link/],
    [`rm -f ${ENV}; mkfifo ${ENV}`, /is no file/],
    [`rm -f ${ENV}; mkdir ${ENV}`, /is no file/],
  ] as const) {
    await host.must(underApp('shop', script))
    const answer = await at.expect(1, 'env:push', 'shop', '--yes')
    assert.match(oneLine(answer.said), said)
  }
  // What it prepares for the name that Flight writes first is its own to lose.
  await host.must(underApp('shop', `rmdir ${ENV}; cd $(dirname ${ENV}); ln -sfn /etc/innocent .flight-.env.new`))
  await at.expect(0, 'env:push', 'shop', '--yes', '--all')
  assert.is(await host.must('cat /etc/innocent; stat -c "%a %U" /etc/innocent'), 'innocent\n600 root\n')
  assert.equal(await contents(), [local(), local(), local()])
  edit(good)
  await at.expect(0, 'env:push', 'shop', '--yes')
})

inDrills('a full disk on one server: no file is changed anywhere', async () => {
  await fresh()
  const good = local()
  await hosts[1].must('mkdir /srv/kept && cp -a /home/shop /srv/kept/')
  await hosts[1].smallDisk('/home', '2m')
  await hosts[1].must(
    'cp -a /srv/kept/shop /home/ && rm -r /srv/kept && dd if=/dev/zero of=/home/full bs=4k 2>/dev/null; true',
  )
  edit(`${good}\nLONG="${'x'.repeat(60_000)}"\n`)
  const { said } = await at.expect(1, 'env:push', 'shop', '--yes')
  assert.match(said, /No space left on device/)
  assert.equal(await contents(), [good, good, good])
  await hosts[1].must('rm /home/full')
  await at.expect(0, 'env:push', 'shop', '--yes')
  edit(good)
  await at.expect(0, 'env:push', 'shop', '--yes')
})

inDrills(
  'two pushes at once: one is done, the other says who holds the app, or that somebody changed the file; no server ' +
    'has half of each',
  async () => {
    await fresh()
    const good = local()
    at.put('a', good.replace(/^NAME=.*$/m, 'NAME=a'))
    at.put('b', good.replace(/^NAME=.*$/m, 'NAME=b'))
    const both = await Promise.all(['a', 'b'].map((file) => at.flight('env:push', 'shop', file, '--yes')))
    assert.ok(
      both.some(({ exit }) => exit === 0),
      both.map(({ said }) => said).join('\n'),
    )
    assert.ok(
      both.every(({ exit }) => [0, 1, 3, 4].includes(exit ?? -1)),
      both.map(({ exit }) => exit).join(' '),
    )
    const [one, ...others] = await names()
    assert.ok((one === 'a' || one === 'b') && others.every((name) => name === one), `${one} ${others.join(' ')}`)
  },
)

promise(
  'killed while the second server is about to have the file: all go back by themselves, and the same command finishes',
  async () => {
    await fresh()
    const good = local()
    const host = hosts[1]
    const gate = await gatedProgram(host, 'mv', '*.flight-.env.new*')
    edit(good.replace(/^NAME=.*$/m, `NAME=seven\nKILLED=${CANARY}`))
    const watch = watchProcesses(CANARY)
    // With what Node writes of a process in trouble, where somebody wants that.
    const run = at
      .where({ NODE_OPTIONS: `--report-on-signal --report-directory=${at.folder}` })
      .start('env:push', 'shop', '--yes')
    await gate.reached()
    run.kill('SIGUSR2')
    await until(
      'Node has written its report',
      async () => readdirSync(at.folder),
      (list) => list.some((name) => /^report\..*\.json$/.test(name)),
    )
    run.kill('SIGKILL')
    await run.answer
    await gate.remove()
    assert.equal(await watch.stop(), [])
    const { said } = await at.expect(1, 'env:rollback', 'shop', '--yes')
    assert.match(oneLine(said), /a push that was not finished \(\S+\) is not confirmed here/)
    await until('all are back', contents, (all) => all.every((text) => text === good))
    await nobodyHoldsALock()
    await onlyWhereItBelongs()
    await at.expect(0, 'env:push', 'shop', '--yes')
    assert.equal(await names(), ['seven', 'seven', 'seven'])
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

inDrills('killed before the workers restart: the same command restarts them', async () => {
  await fresh()
  const host = hosts[1]
  const before = await pidsOf(host, 'shop', 'idle')
  const gate = await gatedProgram(host, 'systemd-run', '*flight-drain*', 'exit 1')
  edit(local().replace(/^NAME=.*$/m, 'NAME=eight'))
  const run = at.start('env:push', 'shop', '--yes')
  await gate.reached()
  run.kill('SIGKILL')
  await run.answer
  await gate.remove()
  assert.equal(await names(), ['eight', 'eight', 'eight'])
  assert.match(
    oneLine((await at.expect(2, 'plan', '--detailed-exitcode')).stdout),
    /were started with another environment file: shop\.idle\.1, shop\.idle\.2, shop\.wanderer\.1/,
  )
  await nobodyHoldsALock()
  await at.expect(0, 'env:push', 'shop', '--yes')
  const after = await pidsOf(host, 'shop', 'idle')
  assert.ok(after.size === 2 && [...after].every(([name, pid]) => before.get(name) !== pid))
  assert.match((await at.expect(0, 'env:push', 'shop', '--yes')).stdout, /nothing to do/)
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('killed once the workers have restarted: the same command finishes, and nothing is left to do', async () => {
  await fresh()
  const host = hosts[1]
  const before = await everyone()
  const gate = await gatedProgram(host, 'tail', '*../times*')
  edit(local().replace(/^NAME=.*$/m, 'NAME=nine'))
  const run = at.start('env:push', 'shop', '--yes')
  await gate.reached()
  run.kill('SIGKILL')
  await run.answer
  await gate.remove()
  const restarted = await everyone()
  assert.ok([...restarted].every(([name, pid]) => before.get(name) !== pid))
  await nobodyHoldsALock()
  await at.expect(0, 'env:push', 'shop', '--yes')
  assert.equal(await everyone(), restarted, 'who has read the file once is not restarted')
  await at.expect(0, 'plan', '--detailed-exitcode')
  await at.expect(0, 'drift')
  assert.match((await at.expect(0, 'env:push', 'shop', '--yes')).stdout, /nothing to do/)
})

inDrills('five earlier files are kept, readable by root alone', async () => {
  await fresh()
  for (const name of ['p', 'q', 'r', 's', 't', 'u']) {
    edit(local().replace(/^NAME=.*$/m, `NAME=${name}`))
    await at.expect(0, 'env:push', 'shop', '--yes')
  }
  for (const host of hosts) {
    assert.is((await host.must('find /var/lib/flight/environments/shop -name was | wc -l')).trim(), '5')
    assert.is(
      await host.must(
        'find /var/lib/flight/environments \\( -type f -perm /077 \\) -o \\( -type d -perm /077 \\) -o ! -user root',
      ),
      '',
    )
  }
  for (const name of ['t', 's', 'r', 'q', 'p']) {
    await at.expect(0, 'env:rollback', 'shop', '--yes')
    assert.equal(await names(), [name, name, name])
  }
  await at.expect(1, 'env:rollback', 'shop', '--yes')
  edit(await hosts[0].must(`cat ${ENV}`))
})

inDrills('one server is down: nothing is pushed, and it says how to push to the others', async () => {
  await hosts[1].stop()
  edit(local().replace(/^NAME=.*$/m, 'NAME=last'))
  const { said } = await at.expect(6, 'env:push', 'shop', '--yes', '--force')
  assert.match(oneLine(said), /to those that can be asked: flight env:push shop --server web-1 --server web-3/)
  assert.is((await get(hosts[0], { domain, path: '/' })).body, 'p')
  await at.expect(0, 'env:push', 'shop', '--yes', '--force', '--server', 'web-1', '--server', 'web-3')
  assert.is((await get(hosts[0], { domain, path: '/' })).body, 'last')
})

test.run()
