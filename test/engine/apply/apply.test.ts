import { dirname } from 'node:path/posix'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withDigest } from '../../../src/engine/plan/plan-of.ts'
import { isEmpty } from '../../../src/model/plan.ts'
import { cluster, definitions, server } from '../../support/builders.ts'
import { type MemoryServer, stateOf, traceOf } from '../../support/memory-server.ts'
import { aBareServer, JAMMY, phpPackagesOf } from '../../support/memory/bookworm.ts'
import { entryAt, makeFolders, putInPlace, removeAt } from '../../support/memory/tree.ts'
import { actionsIn, apply, planFor, provision, refusal } from '../../support/runs.ts'

const SERVERS = [server('db-1', { webServer: false }), server('web-1')]
const wanted = definitions(cluster({ servers: SERVERS, phpIni: { memory_limit: '256M' }, phpReload: '15 4 * * *' }))
const bare = (): MemoryServer[] => [aBareServer('db-1'), aBareServer('web-1')]
const byName = (servers: readonly MemoryServer[], name: string) =>
  servers.find((each) => each.name === name) as MemoryServer

function writeFile(to: MemoryServer, path: string, text: string): void {
  makeFolders(to.machine, dirname(path))
  putInPlace(to.machine, path, { type: 'file', content: Buffer.from(text), mode: '644', owner: 'root', group: 'root' })
}

test('apply, then plan is empty', async () => {
  const servers = bare()
  const receipt = await provision(wanted, servers)
  assert.equal([receipt.outcome, receipt.problems], ['done', []])
  assert.ok(
    receipt.servers.every((entry) => entry.converged && entry.actions.every((action) => action.outcome === 'done')),
  )
  const again = await planFor(wanted, servers)
  assert.equal(actionsIn(again), [])
  assert.ok(isEmpty(again))
})

test('apply, then plan is empty, on every supported system', async () => {
  for (const codename of ['bookworm', 'jammy']) {
    const servers = [codename === 'jammy' ? aBareServer('web-1', JAMMY) : aBareServer('web-1')]
    const definition = definitions(cluster({ php: [codename === 'jammy' ? '8.1' : '8.2'], servers: [server('web-1')] }))
    const receipt = await provision(definition, servers)
    assert.equal(receipt.problems, [])
    assert.equal(actionsIn(await planFor(definition, servers)), [])
    const [web] = servers as [MemoryServer]
    // No fresh file lies there that nginx has not loaded, whatever the order of writing and installing was.
    assert.equal(
      (stateOf(web) as { units: Record<string, { unloaded: unknown }> }).units['nginx.service'],
      { enabled: true, active: true, unloaded: undefined },
      codename,
    )
    assert.ok(
      (web.machine.units.get('nginx.service')?.loadedAt ?? 0) >
        (entryAt(web.machine, '/etc/nginx/conf.d/flight-default.conf')?.changed ?? Infinity),
      codename,
    )
  }
})

test('a plan that is applied twice is done, and touches nothing', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  await apply(plan, wanted, servers)
  const before = traceOf(servers)
  const begun = servers.map((each) => each.begun.length)
  const receipt = await apply(plan, wanted, servers)
  assert.is(receipt.outcome, 'done')
  assert.ok(receipt.servers.every((entry) => entry.actions.every((action) => action.outcome === 'already')))
  assert.equal(
    servers.map((each) => each.begun.length),
    begun,
  )
  assert.is(traceOf(servers), before)
})

test('a plan that is half applied goes on where it stopped', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  byName(servers, 'web-1').faults = [{ at: 3, is: 'fails' }]
  const first = await apply(plan, wanted, servers)
  assert.is(first.outcome, 'failed')
  const web = first.servers.find((entry) => entry.name === 'web-1')
  assert.equal([...new Set(web?.actions.map((action) => action.outcome))], ['done', 'failed', 'not begun'])
  assert.is(first.servers.find((entry) => entry.name === 'db-1')?.outcome, 'done')
  const second = await apply(plan, wanted, servers)
  assert.equal([second.outcome, second.problems], ['done', []])
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
})

test('a run that lost its lock begins no further step, and can be finished later', async () => {
  const servers = bare()
  const web = byName(servers, 'web-1')
  web.onPerformed = () => web.loseLock()
  const plan = await planFor(wanted, servers)
  const receipt = await apply(plan, wanted, servers)
  assert.equal(
    receipt.problems.map(({ code, where }) => `${code} ${where}`),
    ['FLIGHT_LOCK_LOST web-1'],
  )
  assert.is(web.begun.length, 1)
  assert.is(receipt.servers.find(({ name }) => name === 'db-1')?.outcome, 'done')
  web.onPerformed = () => undefined
  assert.equal((await apply(plan, wanted, servers)).problems, [])
})

test('a failed step is said with the server, the action and its reason', async () => {
  const servers = bare()
  byName(servers, 'web-1').faults = [{ at: 0, is: 'fails' }]
  const receipt = await provision(wanted, servers)
  assert.equal(
    receipt.problems.map(({ code, where, what }) => ({ code, where, what })),
    [{ code: 'FLIGHT_STEP_FAILED', where: 'web-1: web-1/user/flight-idle', what: 'it was made to fail' }],
  )
})

test('install only: nothing is ever removed, and no file of others is lost', async () => {
  const servers = bare()
  for (const each of servers) {
    writeFile(each, '/etc/nginx/flight/limits.conf', 'mine\n')
    each.machine.packages.set('vim', { name: 'vim', version: '9' })
  }
  const before = servers.map(({ machine }) => ({
    paths: [...machine.entries.keys()],
    packages: [...machine.packages.values()],
  }))
  const plan = await planFor(wanted, servers)
  await apply(plan, wanted, servers)
  for (const [index, { machine }] of servers.entries()) {
    for (const path of before[index]?.paths ?? []) assert.ok(machine.entries.has(path), path)
    for (const each of before[index]?.packages ?? []) assert.equal(machine.packages.get(each.name), each)
  }
  const kept = `/var/lib/flight/kept/${plan.digest.slice(7, 19)}/etc/nginx/flight/limits.conf`
  const entry = entryAt(byName(servers, 'web-1').machine, kept)
  assert.is(entry?.type === 'file' && Buffer.from(entry.content).toString(), 'mine\n')
})

test('what a plan overwrites it says before, and what Flight did not write it does not quote', async () => {
  const servers = bare()
  writeFile(byName(servers, 'web-1'), '/etc/nginx/flight/limits.conf', 'password of somebody\n')
  const plan = await planFor(wanted, servers)
  const action = actionsIn(plan).find((each) => each.address === 'web-1/file//etc/nginx/flight/limits.conf')
  assert.is(action?.verb, 'update')
  assert.equal(action?.because, [{ code: 'not-by-flight', text: 'its content differs, and Flight did not write it' }])
  assert.not.match(JSON.stringify(plan), 'password of somebody')
})

test('a file that no definition wants any more is retired, in the plan', async () => {
  const servers = bare()
  await provision(wanted, servers)
  const without = definitions(cluster({ servers: SERVERS, phpIni: { memory_limit: '256M' } }))
  const plan = await planFor(without, servers)
  assert.equal(
    actionsIn(plan).map(({ verb, address }) => `${verb} ${address}`),
    ['retire web-1/retired//etc/cron.d/flight-php-reload'],
  )
  await apply(plan, without, servers)
  const entry = entryAt(byName(servers, 'web-1').machine, '/etc/cron.d/flight-php-reload')
  assert.is(
    entry?.type === 'file' && Buffer.from(entry.content).toString(),
    '# Retired by Flight on 2000-01-01: no definition wants it on this server any more\n',
  )
  assert.equal(actionsIn(await planFor(without, servers)), [])
  assert.equal((await provision(wanted, servers)).outcome, 'done')
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
})

test('a left-over file that somebody removed is nothing to do', async () => {
  const servers = bare()
  const { machine } = byName(servers, 'web-1')
  await provision(wanted, servers)
  removeAt(machine, '/etc/cron.d/flight-php-reload')
  const manifest = entryAt(machine, '/var/lib/flight/manifest') as { content: Uint8Array }
  writeFile(
    byName(servers, 'web-1'),
    '/var/lib/flight/manifest',
    `${Buffer.from(manifest.content).toString()}${'a'.repeat(64)}\tcluster\t/etc/nginx/conf.d/gone.conf\n`,
  )
  const without = definitions(cluster({ servers: SERVERS, phpIni: { memory_limit: '256M' } }))
  assert.equal(actionsIn(await planFor(without, servers)), [])
})

test('a hand edit is put right and loaded', async () => {
  const servers = bare()
  await provision(wanted, servers)
  writeFile(byName(servers, 'web-1'), '/etc/nginx/flight/limits.conf', '# mine\n')
  const plan = await planFor(wanted, servers)
  assert.equal(
    actionsIn(plan).map(({ verb, address }) => `${verb} ${address}`),
    ['update web-1/file//etc/nginx/flight/limits.conf', 'reload web-1/service/nginx.service'],
  )
  assert.equal((await apply(plan, wanted, servers)).outcome, 'done')
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
})

test('a change that was never loaded is loaded, whoever made it', async () => {
  const servers = bare()
  await provision(wanted, servers)
  writeFile(byName(servers, 'web-1'), '/etc/nginx/conf.d/theirs.conf', '# theirs\n')
  const plan = await planFor(wanted, servers)
  assert.equal(
    actionsIn(plan).map(({ address, because }) => [address, ...because.map(({ text }) => text)]),
    [['web-1/service/nginx.service', '/etc/nginx/conf.d/theirs.conf changed after it last loaded its configuration']],
  )
  await apply(plan, wanted, servers)
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
})

test('a service that runs but does not start at boot still loads what was never loaded', async () => {
  const servers = bare()
  await provision(wanted, servers)
  const { machine } = byName(servers, 'web-1')
  machine.units.set('nginx.service', {
    enabled: false,
    active: true,
    loadedAt: machine.units.get('nginx.service')?.loadedAt ?? 0,
  })
  writeFile(byName(servers, 'web-1'), '/etc/nginx/conf.d/theirs.conf', '# theirs\n')
  const loadedAt = machine.units.get('nginx.service')?.loadedAt ?? 0
  await provision(wanted, servers)
  assert.ok((machine.units.get('nginx.service')?.loadedAt ?? 0) > loadedAt)
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
})

test('a bad configuration is put back, nothing is loaded, the rest of that server is not begun', async () => {
  const servers = bare()
  await provision(wanted, servers)
  const { machine } = byName(servers, 'web-1')
  writeFile(byName(servers, 'web-1'), '/etc/nginx/conf.d/theirs.conf', 'nonsense\n')
  const longer = definitions(
    cluster({ servers: SERVERS, phpIni: { memory_limit: '256M' }, phpReload: '15 4 * * *', requestDuration: 60 }),
  )
  const limits = () => {
    const entry = entryAt(machine, '/etc/nginx/flight/limits.conf')
    return entry?.type === 'file' ? Buffer.from(entry.content).toString() : ''
  }
  const loads = () => ['nginx.service', 'php8.2-fpm.service'].map((unit) => machine.units.get(unit)?.loadedAt)
  const [text, loaded] = [limits(), loads()]
  const receipt = await provision(longer, servers)
  assert.equal(
    receipt.problems.map(({ code }) => code),
    ['FLIGHT_BAD_CONFIGURATION'],
  )
  assert.is(limits(), text)
  assert.equal(loads(), loaded)
  assert.ok(
    receipt.servers.some((entry) =>
      entry.actions.some(
        (action) => action.outcome === 'failed' && action.address === 'web-1/service/php8.2-fpm.service',
      ),
    ),
  )
})

test('what did not converge is an error of its own', async () => {
  const servers = bare()
  const web = byName(servers, 'web-1')
  web.onPerformed = () => {
    if (entryAt(web.machine, '/etc/nginx/flight/limits.conf') !== undefined)
      writeFile(web, '/etc/nginx/flight/limits.conf', '# somebody else insists\n')
  }
  const receipt = await provision(wanted, servers)
  assert.is(receipt.outcome, 'failed')
  assert.equal(
    receipt.problems.map(({ code, where }) => `${code} ${where}`),
    [
      'FLIGHT_NOT_CONVERGED web-1/file//etc/nginx/flight/limits.conf',
      'FLIGHT_NOT_CONVERGED web-1/service/nginx.service',
    ],
  )
  assert.equal(
    receipt.servers.map(({ name, converged }) => [name, converged]),
    [
      ['db-1', true],
      ['web-1', false],
    ],
  )
})

test('an install that would upgrade blocks the server while planning, and is done when it is allowed', async () => {
  const servers = [aBareServer('web-1')]
  const [web] = servers as [MemoryServer]
  const only = definitions(cluster({ servers: [server('web-1')] }))
  await provision(only, servers)
  // The mirror has a newer PHP now; a missing extension would pull all of PHP along.
  web.machine.repositories = web.machine.repositories.map((repository) => ({
    ...repository,
    packages: [
      ...repository.packages.filter(({ name }) => !name.startsWith('php8.2')),
      ...phpPackagesOf('8.2', '8.2.9'),
    ],
  }))
  web.machine.lists = {
    readAt: web.machine.clock,
    packages: web.machine.repositories.flatMap(({ packages }) => packages),
  }
  const more = definitions(cluster({ servers: [server('web-1')], phpExtensions: ['soap'] }))
  const blocked = await planFor(more, servers)
  assert.equal(
    blocked.blocked.map(({ code }) => code),
    ['FLIGHT_WOULD_UPGRADE'],
  )
  assert.match(blocked.blocked[0]?.what ?? '', 'upgrade php8.2-common from 8.2.1 to 8.2.9')
  assert.equal(actionsIn(blocked), [])
  assert.equal(
    (await refusal(apply(blocked, more, servers))).problems.map(({ code }) => code),
    ['FLIGHT_WOULD_UPGRADE'],
  )
  const plan = await planFor(more, servers, { allowUpgrades: true })
  assert.ok(plan.servers[0]?.install?.upgrades.some(({ name }) => name === 'php8.2-fpm'))
  const receipt = await apply(plan, more, servers)
  assert.equal([receipt.outcome, receipt.problems], ['done', []])
  assert.is(web.machine.packages.get('php8.2-fpm')?.version, '8.2.9')
})

test('an upgrade that shows only after reading the lists stops that server before anything is installed', async () => {
  const servers = [aBareServer('web-1')]
  const [web] = servers as [MemoryServer]
  const only = definitions(cluster({ servers: [server('web-1')] }))
  await provision(only, servers)
  web.machine.repositories = web.machine.repositories.map((repository) => ({
    ...repository,
    packages: [
      ...repository.packages.filter(({ name }) => !name.startsWith('php8.2')),
      ...phpPackagesOf('8.2', '8.2.9'),
    ],
  }))
  web.machine.lists = undefined
  const more = definitions(cluster({ servers: [server('web-1')], phpExtensions: ['soap'] }))
  const plan = await planFor(more, servers)
  assert.equal(plan.blocked, [])
  assert.is(plan.servers[0]?.install?.refresh, true)
  const packages = [...web.machine.packages]
  const receipt = await apply(plan, more, servers)
  assert.equal(
    receipt.problems.map(({ code }) => code),
    ['FLIGHT_WOULD_UPGRADE'],
  )
  assert.equal([...web.machine.packages], packages)
})

test('a package that nobody has stops its server before anything is installed, and no other', async () => {
  const servers = bare()
  const wrong = definitions(
    cluster({ servers: [server('db-1', { webServer: false })], packages: ['no-such-thing'] }),
    cluster({ name: 'other', servers: [server('web-1', { cluster: 'other' })] }),
  )
  const receipt = await provision(wrong, servers)
  assert.equal(
    receipt.problems.map(({ code }) => code),
    ['FLIGHT_UNKNOWN_PACKAGE'],
  )
  assert.equal([...byName(servers, 'db-1').machine.packages.keys()], ['base-files'])
  assert.is(receipt.servers.find((entry) => entry.name === 'web-1')?.outcome, 'done')
})

test('a conflict blocks its server and leaves the others', async () => {
  const servers = bare()
  writeFile(byName(servers, 'db-1'), '/etc/apt/sources.list.d/x', 'x')
  const { machine } = byName(servers, 'web-1')
  machine.users.set('flight-idle', { uid: 1000, gid: 1000, home: '/home/somebody', shell: '/bin/bash' })
  const plan = await planFor(wanted, servers)
  assert.equal(
    plan.blocked.map(({ code, where }) => `${code} ${where}`),
    ['FLIGHT_CONFLICT web-1 user flight-idle'],
  )
  assert.equal([...new Set(actionsIn(plan).map(({ address }) => address.split('/')[0]))], ['db-1'])
  const before = traceOf([byName(servers, 'web-1')])
  const receipt = await apply(plan, wanted, servers)
  assert.is(traceOf([byName(servers, 'web-1')]), before)
  assert.is(receipt.servers.find((entry) => entry.name === 'db-1')?.outcome, 'done')
})

test('a server that cannot be reached is named, and the others are planned and done', async () => {
  const servers = bare()
  byName(servers, 'web-1').reachable = false
  const plan = await planFor(wanted, servers)
  assert.equal(
    plan.missing.map(({ code, where }) => `${code} ${where}`),
    ['FLIGHT_UNREACHABLE web-1'],
  )
  assert.equal(
    plan.servers.map(({ name }) => name),
    ['db-1'],
  )
  assert.is((await apply(plan, wanted, servers)).outcome, 'done')
})

test('a server that was away when its plan was made, and is back, is in no plan that was reviewed', async () => {
  const servers = bare()
  byName(servers, 'web-1').reachable = false
  const plan = await planFor(wanted, servers)
  byName(servers, 'web-1').reachable = true
  const error = await refusal(apply(plan, wanted, servers))
  assert.is(error.message, 'web-1: could not be asked when the plan was made, and answers now')
  assert.equal(
    servers.map(({ begun }) => begun.length),
    [0, 0],
  )
})

test('a server that is away when its plan is applied is reported in the receipt', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  byName(servers, 'web-1').reachable = false
  const receipt = await apply(plan, wanted, servers)
  assert.equal(
    receipt.servers.map(({ name, outcome }) => [name, outcome]),
    [
      ['db-1', 'done'],
      ['web-1', 'unreachable'],
    ],
  )
  assert.equal(
    receipt.problems.map(({ code }) => code),
    ['FLIGHT_UNREACHABLE'],
  )
})

test('a server that was away while a plan was begun is done by it later, and only as planned now', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  const web = byName(servers, 'web-1')
  web.reachable = false
  // What is said of a server that nobody can ask is not compared, and nothing is done there.
  const { digest: _digest, ...body } = plan
  const edited = withDigest({
    ...body,
    servers: plan.servers.map((each) => (each.name === 'web-1' ? { ...each, notes: ['all is well'] } : each)),
  })
  for (const each of [edited, plan]) await apply(each, wanted, servers)
  assert.is(web.begun.length, 0)
  web.reachable = true
  const error = await refusal(apply(edited, wanted, servers))
  assert.match(error.message, /^servers\/web-1\/notes\/0: the plan says "all is well"; planning now gives nothing$/m)
  assert.is(web.begun.length, 0)
  assert.equal((await apply(plan, wanted, servers)).problems, [])
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
})

test.run()
