import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical } from '../../../src/engine/digest.ts'
import { withDigest } from '../../../src/engine/plan/plan-of.ts'
import { readPlan, writePlan } from '../../../src/engine/plan/plan-file.ts'
import { EXIT_OF_CODE, FlightError, type ErrorCode } from '../../../src/model/errors.ts'
import type { Plan } from '../../../src/model/plan.ts'
import { cluster, definitions, server } from '../../support/builders.ts'
import { type MemoryServer, traceOf } from '../../support/memory-server.ts'
import { aBareServer } from '../../support/memory/bookworm.ts'
import { entryAt, makeFolders, putInPlace } from '../../support/memory/tree.ts'
import { apply, codesOf, planFor, provision, refusal } from '../../support/runs.ts'

const SERVERS = [server('db-1', { webServer: false }), server('web-1')]
const wanted = definitions(cluster({ servers: SERVERS }))
const bare = (): [MemoryServer, MemoryServer] => [aBareServer('db-1'), aBareServer('web-1')]

// The plan is refused with this code, and on no server anything was written, begun or left locked.
async function refused(
  code: ErrorCode,
  plan: Plan,
  servers: readonly MemoryServer[],
  definition = wanted,
): Promise<FlightError> {
  const [before, begun] = [traceOf(servers), servers.map((each) => each.begun.length)]
  const error = await refusal(apply(plan, definition, servers))
  assert.equal(codesOf(error), [code])
  assert.is(error.exit, EXIT_OF_CODE[code])
  assert.is(traceOf(servers), before)
  assert.equal(
    servers.map((each) => each.begun.length),
    begun,
  )
  assert.ok(servers.every((each) => !each.isLocked))
  return error
}

// What somebody does on web-1 after the plan was made, and what the refusal must name.
const MEANWHILE: { what: string; happens: (web: MemoryServer) => void; names: RegExp }[] = [
  {
    what: 'a wanted file appears',
    happens: (web) => writeFile(web, '/etc/nginx/flight/limits.conf', 'x'),
    names:
      /^web-1\/file\/\/etc\/nginx\/flight\/limits\.conf: changed since the plan was made: it was absent, it is file \(group root, mode 644, owner root, sha256 2d711642b726\)/,
  },
  {
    what: 'a wanted file appears as a link',
    happens: (web) => linkTo(web, '/etc/nginx/flight/limits.conf', '/etc/shadow'),
    names: /limits\.conf: changed since the plan was made: it was absent, it is link \(target \/etc\/shadow\)/,
  },
  {
    what: 'a folder takes the place of a wanted file',
    happens: (web) => makeFolders(web.machine, '/etc/nginx/flight/limits.conf'),
    names: /limits\.conf/,
  },
  {
    what: 'a user takes a wanted name',
    happens: (web) => web.machine.users.set('flight-idle', { uid: 1, gid: 1, home: '/', shell: '/bin/sh' }),
    names: /user flight-idle/,
  },
  {
    what: 'another default server comes',
    happens: (web) => writeFile(web, '/etc/nginx/conf.d/x.conf', 'listen 80 default_server;'),
    names: /\/etc\/nginx\/conf\.d\/x\.conf:1/,
  },
  {
    what: 'it became another system',
    happens: (web) => (web.machine.system = { ...web.machine.system, name: 'Debian 12.99' }),
    names: /it was Debian GNU\/Linux 12 \(bookworm\), it is Debian 12\.99/,
  },
]

function writeFile({ machine }: MemoryServer, path: string, text: string): void {
  makeFolders(machine, path.slice(0, path.lastIndexOf('/')))
  putInPlace(machine, path, { type: 'file', content: Buffer.from(text), mode: '644', owner: 'root', group: 'root' })
}

function linkTo({ machine }: MemoryServer, path: string, target: string): void {
  makeFolders(machine, path.slice(0, path.lastIndexOf('/')))
  putInPlace(machine, path, { type: 'link', target, owner: 'root', group: 'root' })
}

for (const { what, happens, names } of MEANWHILE) {
  test(`stale: ${what}; nothing is written anywhere, and the error says which`, async () => {
    const servers = bare()
    const plan = await planFor(wanted, servers)
    happens(servers[1])
    const error = await refused('FLIGHT_STALE_PLAN', plan, servers)
    assert.match(error.message, names)
  })
}

test('stale: a file of Flight changed between plan and apply; the error says what it was and what it is', async () => {
  const servers = bare()
  await provision(wanted, servers)
  const longer = definitions(cluster({ servers: SERVERS, requestDuration: 60 }))
  const plan = await planFor(longer, servers)
  writeFile(servers[1], '/etc/nginx/flight/limits.conf', '# somebody\n')
  const error = await refused('FLIGHT_STALE_PLAN', plan, servers, longer)
  assert.match(
    error.message,
    /^web-1\/file\/\/etc\/nginx\/flight\/limits\.conf: changed since the plan was made: it was file \(sha256 [0-9a-f]{12}\), it is file \(sha256 [0-9a-f]{12}\)$/m,
  )
})

test('stale: only the mode or the owner of a file changed', async () => {
  for (const change of [{ mode: '600' }, { owner: 'www-data' }]) {
    const servers = bare()
    await provision(wanted, servers)
    const longer = definitions(cluster({ servers: SERVERS, requestDuration: 60 }))
    const plan = await planFor(longer, servers)
    const { machine } = servers[1]
    const entry = entryAt(machine, '/etc/nginx/flight/limits.conf')
    if (entry?.type !== 'file') throw new Error('no file')
    putInPlace(machine, '/etc/nginx/flight/limits.conf', { ...entry, ...change })
    await refused('FLIGHT_STALE_PLAN', plan, servers, longer)
  }
})

test('stale: a service stopped between plan and apply', async () => {
  const servers = bare()
  await provision(wanted, servers)
  const longer = definitions(cluster({ servers: SERVERS, requestDuration: 60 }))
  const plan = await planFor(longer, servers)
  servers[1].machine.units.set('nginx.service', { enabled: true, active: false, loadedAt: 0 })
  const error = await refused('FLIGHT_STALE_PLAN', plan, servers, longer)
  assert.match(error.message, 'web-1/service/nginx.service: changed since the plan was made')
})

test('stale: another version of a package would be installed than the plan names', async () => {
  const servers = bare()
  await provision(wanted, servers)
  const more = definitions(cluster({ servers: SERVERS, packages: ['htop'] }))
  const plan = await planFor(more, servers)
  const { machine } = servers[1]
  machine.lists = {
    readAt: machine.clock,
    packages: (machine.lists?.packages ?? []).map((each) =>
      each.name === 'htop' ? { ...each, version: '2.0' } : each,
    ),
  }
  const error = await refused('FLIGHT_STALE_PLAN', plan, servers, more)
  assert.match(
    error.message,
    /^web-1\/package\/htop: changed since the plan was made: it was absent \(candidate 1\.0\), it is absent \(candidate 2\.0\)$/m,
  )
})

test('what somebody else did just as planned is not stale', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  for (const each of servers) each.machine.packages.set('acl', { name: 'acl', version: '9' })
  const receipt = await apply(plan, wanted, servers)
  assert.equal([receipt.outcome, receipt.problems], ['done', []])
  assert.ok(
    receipt.servers.every(
      ({ actions }) => actions.find(({ address }) => address.endsWith('/package/acl'))?.outcome === 'already',
    ),
  )
})

test('another host key is refused, before anything is asked', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  servers[1].hostKey = 'SHA256:other'
  const error = await refused('FLIGHT_HOST_KEY_CHANGED', plan, servers)
  assert.match(error.message, /^web-1: proves the key SHA256:other; the plan was made for SHA256:\S{43}$/)
})

test('definitions that no longer compile to the plan are refused, others may change freely', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  for (const other of [
    definitions(cluster({ servers: SERVERS, requestDuration: 31 })),
    definitions(cluster({ servers: SERVERS, packages: ['htop'] })),
    definitions(cluster({ servers: [SERVERS[0] as (typeof SERVERS)[0], server('web-1', { webServer: false })] })),
    definitions(
      cluster({ servers: [SERVERS[0] as (typeof SERVERS)[0], server('web-1', { host: 'elsewhere.example.com' })] }),
    ),
    definitions(cluster({ servers: SERVERS.slice(0, 1) })),
    definitions(),
  ]) {
    await refused('FLIGHT_PLAN_OTHER_DEFINITIONS', plan, servers, other)
  }
})

test('definitions beside what a plan was asked for may change freely, and this may not grow', async () => {
  const servers = bare()
  const besides = definitions(
    cluster({ servers: SERVERS }),
    cluster({ name: 'other', servers: [server('x-1', { cluster: 'other' })] }),
  )
  const everything = await planFor(wanted, servers)
  const error = await refused('FLIGHT_PLAN_OTHER_DEFINITIONS', everything, servers, besides)
  assert.match(error.message, 'x-1 is part of what this plan was made for, and the plan does not mention it')
  const plan = await planFor(wanted, servers, { scope: { clusters: ['staging'], apps: [], servers: [] } })
  assert.is((await apply(plan, besides, servers)).outcome, 'done')
})

test('a plan survives being written and read, byte for byte', async () => {
  const text = writePlan(await planFor(wanted, bare()))
  assert.is(writePlan(readPlan(text, 'plan.json')), text)
})

test('a plan that was edited by one byte is refused, whichever byte it is', async () => {
  const text = writePlan(await planFor(wanted, bare()))
  const codes = new Set<string>()
  for (let at = 0; at < text.length - 1; at += 37) {
    const other = `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`
    const error = await refusal(Promise.resolve().then(() => readPlan(other, 'plan.json')))
    assert.is(error.exit, 3)
    for (const code of codesOf(error)) codes.add(code)
  }
  assert.ok(codes.has('FLIGHT_PLAN_EDITED'))
})

test('a plan that is cut off is refused, wherever it is cut', async () => {
  const text = writePlan(await planFor(wanted, bare()))
  for (let length = 0; length < text.length - 1; length += 211) {
    assert.equal(codesOf(await refusal(Promise.resolve().then(() => readPlan(text.slice(0, length), 'plan.json')))), [
      'FLIGHT_PLAN_UNREADABLE',
    ])
  }
})

const line = (value: unknown) => `${canonical(value)}\n`

const NO_PLANS: { what: string; text: (plan: Plan) => string; code: ErrorCode }[] = [
  { what: 'an empty file', text: () => '', code: 'FLIGHT_PLAN_UNREADABLE' },
  { what: 'no JSON', text: () => 'plan: 1\n', code: 'FLIGHT_PLAN_UNREADABLE' },
  { what: 'null', text: () => 'null', code: 'FLIGHT_PLAN_UNREADABLE' },
  { what: 'a list', text: () => '[]', code: 'FLIGHT_PLAN_UNREADABLE' },
  { what: 'another JSON file', text: () => '{"name":"package"}', code: 'FLIGHT_PLAN_UNREADABLE' },
  { what: 'a newer format', text: (plan) => line({ ...plan, format: 4 }), code: 'FLIGHT_PLAN_FORMAT' },
  { what: 'a format that is a text', text: (plan) => line({ ...plan, format: '3' }), code: 'FLIGHT_PLAN_FORMAT' },
  { what: 'no digest', text: ({ digest: _digest, ...body }) => line(body), code: 'FLIGHT_PLAN_EDITED' },
  {
    what: 'the digest of another plan',
    text: (plan) => line({ ...plan, digest: `sha256:${'0'.repeat(64)}` }),
    code: 'FLIGHT_PLAN_EDITED',
  },
  {
    what: 'a right digest over a member that plans do not have',
    text: ({ digest: _digest, ...body }) => line(withDigest({ ...body, run: 'reboot' } as never)),
    code: 'FLIGHT_PLAN_FORMAT',
  },
  {
    what: 'a right digest over a kind that does not exist',
    text: ({ digest: _digest, ...body }) =>
      line(
        withDigest({
          ...body,
          stages: [
            {
              name: 'provision',
              servers: [
                {
                  server: 'web-1',
                  actions: [
                    {
                      address: 'web-1/run/x',
                      kind: 'run',
                      feature: 'x',
                      verb: 'create',
                      before: {},
                      after: { command: 'reboot' },
                      because: [],
                    },
                  ],
                },
              ],
            },
          ],
        } as never),
      ),
    code: 'FLIGHT_PLAN_FORMAT',
  },
]

for (const { what, text, code } of NO_PLANS) {
  test(`no plan: ${what} is refused with ${code}`, async () => {
    const plan = await planFor(wanted, bare())
    assert.equal(codesOf(await refusal(Promise.resolve().then(() => readPlan(text(plan), 'plan.json')))), [code])
  })
}

test('two applies at once: one is done, the other is told who holds the lock', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  const results = await Promise.allSettled([apply(plan, wanted, servers), apply(plan, wanted, servers)])
  const done = results.filter((result) => result.status === 'fulfilled')
  assert.is(done.length, 1)
  const [lost] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as FlightError] : []))
  assert.equal(
    lost?.problems.map(({ code, what }) => `${code}: ${what}`),
    ['FLIGHT_LOCKED: is held by ada'],
  )
  assert.equal(
    servers.map((each) => new Set(each.begun.map(({ id }) => id)).size),
    servers.map((each) => each.begun.length),
  )
  assert.ok(servers.every((each) => !each.isLocked))
})

test('a server that somebody holds is refused, and the locks of the others are free again', async () => {
  const servers = bare()
  const plan = await planFor(wanted, servers)
  const theirs = servers[1].connect({ alive: true })
  const lock = await theirs.lock({ who: 'grace', from: 'ci', what: 'drift', since: 'now' }, 'sha256:other', 'server')
  const error = await refusal(apply(plan, wanted, servers))
  assert.match(error.message, 'web-1: is held by grace')
  assert.equal(
    servers.map((each) => [each.isLocked, each.begun.length]),
    [
      [false, 0],
      [true, 0],
    ],
  )
  await lock.release()
  assert.is((await apply(plan, wanted, servers)).outcome, 'done')
})

test.run()
