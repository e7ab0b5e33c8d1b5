import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writePlan } from '../../src/engine/plan/plan-file.ts'
import { withDigest } from '../../src/engine/plan/plan-of.ts'
import type { Action } from '../../src/model/action.ts'
import type { Plan, PlanBody, Stage } from '../../src/model/plan.ts'
import type { ServiceDesired } from '../../src/model/resource.ts'
import { startAptRepository, type AptRepository } from '../lab/apt-repository.ts'
import { type LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { loud } from '../support/loud.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, provisioned, web } from './fleet.ts'
import { inDrills, promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { gatedPackage, installing, knowSuite, open, quiet } from './gated-package.ts'
import { remember } from './untouched.ts'

// Two servers that are as defined, a definition that changes, and plans that must not be applied.

let at: Desk
let one: LabHost
let two: LabHost
let repository: AptRepository

test.before(
  loud(async () => {
    ;[one, two] = await provisioned('web-1', 'web-2')
    const { places } = await sharedLab()
    repository = await startAptRepository(places.gateway)
    await repository.publish('slow', [gatedPackage('slow')])
    at = await desk(web([one, two]))
    at.put('clusters/web.yml', cluster([one, two], 'php: [ 8.2 ]\nrequest_payload: 32\n'))
    await at.expect(2, 'plan', '--detailed-exitcode')
  }),
)

test.after(async () => repository.close())

promise('a plan that is cut off, edited or of another format is refused before any server is even asked', async () => {
  const text = at.text('plan.json')
  const untouched = await remember([one, two])
  const marks = [one, two].map((host) => ({ host, mark: host.sshActivity().mark }))
  const bad: [string, RegExp][] = [
    [text.slice(0, -100), /cut\.json: is not a complete plan file: .*\(FLIGHT_PLAN_UNREADABLE\)/],
    [
      text.replace('client_max_body_size 32m', 'client_max_body_size 33m'),
      /was changed after it was made: .*\(FLIGHT_PLAN_EDITED\)/,
    ],
    [text.replace('"format":3', '"format":7'), /has a format that .* it knows format 3.*\(FLIGHT_PLAN_FORMAT\)/],
    [text.replace('"missing":[]', '"missing":[],"missing":[]'), /a key appears twice.*\(FLIGHT_PLAN_EDITED\)/],
    [JSON.stringify(JSON.parse(text), null, 2), /not byte for byte as Flight wrote it.*\(FLIGHT_PLAN_EDITED\)/],
  ]
  for (const [content, said] of bad) {
    assert.is.not(content, text)
    at.put('cut.json', content)
    const { exit, stderr } = await at.flight('apply', 'cut.json')
    assert.is(exit, 3, stderr)
    assert.match(stderr.replace(/\s+/g, ' '), said)
    assert.match(stderr, /way out: /)
  }
  for (const { host, mark } of marks) assert.is(host.sshActivity(mark).connections, 0, `${host.name} was not asked`)
  await untouched()
})

promise(
  'a plan that somebody changed, with a digest that fits, is refused on all servers: what it says, and what is so',
  async () => {
    const untouched = await remember([one, two])
    const { digest: _digest, ...plan } = JSON.parse(at.text('plan.json')) as Plan
    const edited = (edit: (action: Action) => Action): Stage[] =>
      plan.stages.map((stage) => ({
        ...stage,
        servers: stage.servers.map((entry) => ({ ...entry, actions: entry.actions.map(edit) })),
      }))
    const everything = [{ test: { program: 'nginx' }, mark: { by: 'none' }, configuration: ['/etc'], changes: [] }]
    const bad: [Partial<PlanBody>, RegExp][] = [
      // What the tests of services put back was once believed, and cost everything that Flight had written below /etc.
      [
        {
          stages: edited((action) =>
            action.kind === 'service'
              ? { ...action, after: { ...action.after, precedes: everything as ServiceDesired['precedes'] } }
              : action,
          ),
        },
        /service\/nginx\.service: after\/precedes.*: the plan says .*; planning now gives nothing/,
      ],
      [
        { stages: edited((action) => ({ ...action, because: [{ code: 'missing', text: 'nothing to see' }] })) },
        /because/,
      ],
      [{ stages: plan.stages.slice(1) }, /is not as defined, and this plan does not change it/],
      [
        { stages: [...plan.stages].reverse().map((stage) => ({ ...stage, name: 'provision' })) },
        /stages.*: the plan says/,
      ],
      [{ servers: plan.servers.map((each) => ({ ...each, notes: ['all is well'] })) }, /servers\/web-1\/notes/],
      [{ blocked: [{ code: 'FLIGHT_CONFLICT', server: 'web-1', where: 'web-1', what: 'x' }] }, /blocked/],
    ]
    for (const [edit, said] of bad) {
      at.put('edited.json', writePlan(withDigest({ ...plan, ...edit })))
      const { stderr } = await at.expect(3, 'apply', 'edited.json')
      assert.match(stderr.replace(/\s+/g, ' '), said)
      assert.match(stderr, 'FLIGHT_STALE_PLAN')
    }
    await untouched()
  },
)

inDrills('a plan is refused when it is not the expected one', async () => {
  const { stderr } = await at.expect(3, 'apply', 'plan.json', '--expect', `sha256:${'0'.repeat(64)}`)
  assert.match(stderr, planOn(at).digest)
})

promise('a plan is refused when the definitions say something else by now, whoever changed them', async () => {
  const untouched = await remember([one, two])
  const now = at.text('clusters/web.yml')
  for (const other of [
    now.replace('request_payload: 32', 'request_payload: 64'),
    now.replace(/.*web-2.*\n/, ''),
    now.replace('host: web-2', 'host: 192.0.2.7'),
  ]) {
    at.put('clusters/web.yml', other)
    const { stderr } = await at.expect(3, 'apply', 'plan.json')
    assert.match(stderr, 'FLIGHT_PLAN_OTHER_DEFINITIONS')
    assert.match(stderr, /way out: plan again/)
  }
  at.put('clusters/web.yml', now)
  await untouched()
})

promise('one changed fact on one server refuses the plan on all: which, was, is', async () => {
  await two.must('sed -i s/32k/64k/ /etc/nginx/flight/limits.conf')
  const untouched = await remember([one, two])
  const { stderr } = await at.expect(3, 'apply', 'plan.json')
  assert.match(stderr, 'web-2/file//etc/nginx/flight/limits.conf')
  assert.match(
    stderr.replace(/\s+/g, ' '),
    /it was file \(sha256 [0-9a-f]{12}.*\), it is file \(sha256 [0-9a-f]{12}.*\)/,
  )
  assert.match(stderr, 'FLIGHT_STALE_PLAN')
  assert.not.match(stderr, 'web-1/')
  await untouched()
  await two.must('sed -i s/64k/32k/ /etc/nginx/flight/limits.conf')
})

promise('a plan is done once; applied again it finds everything so, and touches nothing', async () => {
  // With what the last test left to load it is planned anew.
  await at.expect(2, 'plan', '--detailed-exitcode')
  await at.expect(0, 'apply', 'plan.json', '--expect', planOn(at).digest)
  const untouched = await remember([one, two])
  const again = await at.expect(0, 'apply', 'plan.json')
  assert.match(again.stdout, /0 of 8 actions done, 8 already so/)
  await untouched()
  await at.expect(0, 'plan', '--detailed-exitcode')
})

promise('a plan that a killed controller left half done goes on when it is applied again', async () => {
  for (const host of [one, two]) await knowSuite(host, repository, 'slow')
  at.put('clusters/web.yml', cluster([one, two], 'php: [ 8.2 ]\nrequest_payload: 48\npackages: [ slow ]\n'))
  await at.expect(2, 'plan', '--detailed-exitcode')
  const run = at.start('apply', 'plan.json')
  await Promise.all([installing(one, 'slow'), installing(two, 'slow')])
  run.kill('SIGKILL')
  await run.answer
  for (const host of [one, two]) await open(host, 'slow')
  await Promise.all([quiet(one), quiet(two)])
  assert.is(
    await one.must('grep client_max_body_size /etc/nginx/flight/limits.conf'),
    'client_max_body_size 48m;\n',
    'half of it is done',
  )
  const { stdout } = await at.expect(0, 'apply', 'plan.json')
  assert.match(stdout, /already so/)
  for (const host of [one, two]) assert.is(await host.must('cat /srv/slow'), 'begun\nended\n', 'installed once')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('what a killed controller left half done is found by a new plan as well', async () => {
  at.put('clusters/web.yml', cluster([one, two], 'php: [ 8.2 ]\nrequest_payload: 40\n'))
  await at.expect(2, 'plan', '--detailed-exitcode')
  // As if it had been killed between writing and reloading.
  for (const host of [one, two]) await host.must(`sed -i s/48m/40m/ /etc/nginx/flight/limits.conf`)
  await at.expect(2, 'plan', '--detailed-exitcode')
  assert.ok(told(planOn(at), 'web-1').includes('reload web-1/service/nginx.service'))
  await at.expect(0, 'apply', 'plan.json')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills(
  'a server that was set up anew proves another key: the plan made for the old one is refused on all',
  async () => {
    at.put('clusters/web.yml', cluster([one, two], 'php: [ 8.2 ]\nrequest_payload: 50\n'))
    await at.expect(2, 'plan', '--detailed-exitcode')
    await two.reset()
    const untouched = await remember([one, two])
    const { stderr } = await at.expect(6, 'apply', 'plan.json')
    assert.match(stderr, 'FLIGHT_HOST_KEY_CHANGED')
    assert.match(stderr, two.hostKeyFingerprint())
    assert.match(stderr, planOn(at).servers[1]?.hostKey ?? 'none')
    await untouched()
  },
)

test.run()
