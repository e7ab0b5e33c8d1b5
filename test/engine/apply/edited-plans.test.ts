import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical } from '../../../src/engine/digest.ts'
import { readPlan, writePlan } from '../../../src/engine/plan/plan-file.ts'
import { withDigest } from '../../../src/engine/plan/plan-of.ts'
import { KINDS } from '../../../src/kinds/kinds.ts'
import type { Definitions } from '../../../src/model/definitions.ts'
import { FlightError } from '../../../src/model/errors.ts'
import type { Plan, PlanBody } from '../../../src/model/plan.ts'
import type { KindName } from '../../../src/model/resource.ts'
import { app, on } from '../../support/builders.ts'
import { MemoryServer, traceOf } from '../../support/memory-server.ts'
import { makeFolders, putInPlace } from '../../support/memory/tree.ts'
import { actionsIn, apply, planAsked, planFor, type RunOptions } from '../../support/runs.ts'
import { configured, fleet, QUEUE, shop, withFleet } from '../a-fleet-of-apps.ts'
import { back, commit, configuredFleet, released, WANTED } from '../a-released-fleet.ts'

// Every single field of a plan is changed in turn, and its digest made to fit. Each such file is refused before
// anything is written anywhere, or it is the very plan that planning gives for what it says that it was asked for.

type Case = { wanted: Definitions; servers: readonly MemoryServer[]; options?: RunOptions }

const CASES: Record<string, () => Promise<Case>> = {
  'bare servers, an app with workers and a scheduler': async () => ({
    wanted: withComposer(withFleet(shop(['web-1'], ['web-2', { queues: [QUEUE], scheduler: true }]))),
    servers: fleet(),
  }),
  'a limit that changes, waves, and what is retired': async () => {
    const servers = await configured(
      withFleet(shop(['web-1'], ['web-2', { queues: [QUEUE], scheduler: true }]), app('blog', [on('web-2')])),
    )
    edit(servers, 'web-1', '/etc/nginx/conf.d/theirs.conf', '# theirs\n')
    return {
      wanted: withFleet({ ...shop(['web-1'], ['web-2']), requestDuration: 77, php: '8.4' }, app('blog', [on('web-2')])),
      servers,
      options: { serial: 1 },
    }
  },
  'a server that is away and one that is blocked': async () => {
    const servers = fleet()
    const [first, second] = servers
    if (first === undefined || second === undefined) throw new Error('a fleet has servers')
    first.reachable = false
    second.machine.users.set('flight-idle', { uid: 1000, gid: 1000, home: '/home/somebody', shell: '/bin/bash' })
    return { wanted: withFleet(shop(['web-1'], ['web-2'])), servers }
  },
  'a release after which an old one goes': async () => {
    const servers = await configuredFleet()
    for (const digit of ['a', 'b', 'c', 'd']) await released(servers, commit(digit))
    return { wanted: WANTED, servers, options: { releases: [commit('e')] } }
  },
  'a way back': async () => {
    const servers = await configuredFleet()
    for (const digit of ['a', 'b']) await released(servers, commit(digit))
    return { wanted: WANTED, servers, options: { releases: [back()] } }
  },
}

function withComposer(wanted: Definitions): Definitions {
  const composer = { url: 'https://getcomposer.org/x', sha256: 'a'.repeat(64) }
  return { ...wanted, clusters: wanted.clusters.map((each) => ({ ...each, composer })) }
}

// No feature makes a link by now; the other two are in plans that are in no file.
const IN_NO_FILE: readonly KindName[] = ['link', 'environment', 'push']
const edited = new Set<KindName>()

for (const [what, prepare] of Object.entries(CASES))
  test(`no field of a plan is believed: ${what}`, async () => {
    const { wanted, servers, options = {} } = await prepare()
    const plan = await planFor(wanted, servers, options)
    assert.ok(plan.stages.length + plan.blocked.length > 0, 'there is something to edit')
    const before = traceOf(servers)
    const believed: string[] = []
    const accepted: string[] = []
    const edits = editsOf(plan)
    for (const { at, body } of edits) {
      const other = withDigest(body)
      const applied = await appliedTo(servers, other, wanted)
      if (applied === undefined) continue
      const own = await planAsked(other.asked, wanted, applied)
      ;(canonical(own) === canonical(other) ? accepted : believed).push(at)
    }
    assert.is(traceOf(servers), before, 'what was refused wrote nothing')
    assert.equal(believed, [])
    // What is accepted differs in what was asked for alone.
    assert.equal(
      accepted.filter((at) => !at.startsWith('asked')),
      [],
    )
    for (const kind of new Set(actionsIn(plan).map((action) => action.kind))) {
      edited.add(kind)
      assert.ok(
        edits.some(({ at }) => at.includes(`${kind}/after`)),
        `${kind} is among ${edits.length} edits`,
      )
    }
  })

// Applies it where every step fails, so that the machines stay as they are. Undefined where it was refused.
async function appliedTo(
  servers: readonly MemoryServer[],
  edited: Plan,
  wanted: Definitions,
): Promise<readonly MemoryServer[] | undefined> {
  const copy = servers.map(({ name, machine, reachable }) =>
    Object.assign(new MemoryServer(name, machine), { reachable }),
  )
  for (const each of copy) each.faults = Array.from({ length: 200 }, (_, at) => ({ at, is: 'fails' as const }))
  try {
    await apply(readPlan(writePlan(edited), 'plan.json'), wanted, copy)
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    if (copy.every(({ begun }) => begun.length === 0)) return undefined
  }
  return copy
}

type Edit = { at: string; body: PlanBody }

// Fields of the same form are changed on the first and on the last place where they stand.
function editsOf({ digest: _digest, ...body }: Plan): Edit[] {
  const whole: unknown = JSON.parse(JSON.stringify(body))
  const all = variants(whole, '').map(({ at, value }) => ({ at, body: value as PlanBody }))
  const byForm = new Map<string, Edit[]>()
  for (const each of all) {
    const form = each.at.replace(/\/\d+/g, '/*')
    byForm.set(form, [...(byForm.get(form) ?? []), each])
  }
  return [...byForm.values()].flatMap((same) => [...new Set([...same.slice(0, MOST), ...same.slice(-MOST)])])
}

const MOST = 2

// The value with each of its parts changed in turn.
function variants(value: unknown, at: string): { at: string; value: unknown }[] {
  if (typeof value === 'string') return others(value).map((other) => ({ at, value: other }))
  if (typeof value === 'number') return [value + 1, value - 1].map((other) => ({ at, value: other }))
  if (typeof value === 'boolean') return [{ at, value: !value }]
  if (value === null) return [{ at, value: 'x' }]
  if (Array.isArray(value)) {
    const replaced = (index: number, ...by: unknown[]) => [...value.slice(0, index), ...by, ...value.slice(index + 1)]
    return [
      ...value.flatMap((entry, index) =>
        variants(entry, `${at}/${index}${kindOf(entry)}`).map((each) => ({
          at: each.at,
          value: replaced(index, each.value),
        })),
      ),
      ...value.map((_entry, index) => ({ at: `${at}/${index} left out`, value: replaced(index) })),
      ...value.map((entry, index) => ({ at: `${at}/${index} twice`, value: replaced(index, entry, entry) })),
      ...(value.length > 1 ? [{ at: `${at} reversed`, value: [...value].reverse() }] : []),
    ]
  }
  const known = value as Record<string, unknown>
  return Object.entries(known).flatMap(([key, entry]) => [
    ...variants(entry, `${at}/${key}`.replace(/^\//, '')).map((each) => ({
      at: each.at,
      value: { ...known, [key]: each.value },
    })),
    { at: `${at}/${key} left out`, value: Object.fromEntries(Object.entries(known).filter(([name]) => name !== key)) },
  ])
}

// A place names the kind of its action, so that every kind has fields of its own.
function kindOf(entry: unknown): string {
  const kind = (entry as { kind?: unknown } | null)?.kind
  return typeof kind === 'string' ? ` ${kind}` : ''
}

const WORDS: readonly (readonly string[])[] = [
  ['configure', 'provision', 'prepare', 'retire', 'configure 1 of 2', 'finish'],
  ['web-1', 'web-2', 'db-1'],
  ['create', 'update', 'reload', 'start', 'install'],
  ['missing', 'differs', 'not-running'],
  ['root', 'www-data'],
  ['644', '600', '755'],
  ['nginx', 'none', 'php-fpm'],
  ['release', 'rollback'],
  ['absent', 'file'],
]

// Other texts of the same form, so that not the form refuses them.
function others(text: string): string[] {
  const like = WORDS.filter((words) => words.includes(text)).flat()
  const digit = text.replace(/[0-9a-f](?=[^0-9a-f]*$)/, (last) => (last === '1' ? '2' : '1'))
  return [...new Set([...like, `${text}x`, digit])].filter((other) => other !== text)
}

function edit(servers: readonly MemoryServer[], name: string, path: string, text: string): void {
  const machine = servers.find((each) => each.name === name)?.machine
  if (machine === undefined) throw new Error(`no ${name}`)
  makeFolders(machine, path.slice(0, path.lastIndexOf('/')))
  putInPlace(machine, path, { type: 'file', content: Buffer.from(text), mode: '644', owner: 'root', group: 'root' })
}

test('every kind that can stand in a plan file was among them', () => {
  assert.equal(
    Object.keys(KINDS).filter((kind) => !edited.has(kind as KindName)),
    IN_NO_FILE,
  )
})

test.run()
