import { phpNotes } from '../../features/php.ts'
import type { Definitions } from '../../model/definitions.ts'
import { PLAN_FORMAT, type Plan, type PlanBody, type PlannedServer } from '../../model/plan.ts'
import type { Resource } from '../../model/resource.ts'
import { digestOf } from '../digest.ts'
import type { Elsewhere } from '../resolve/live-elsewhere.ts'
import type { Answer, Planning } from '../undertakings/undertaking.ts'
import type { Survey } from './survey.ts'

// Servers of which a plan says what cannot be derived from them any more, because they are half done or away: they
// stand as `servers` has them, and what others say of apps that are live elsewhere as `elsewhere` has it.
export type Claims = {
  servers: ReadonlyMap<string, PlannedServer>
  elsewhere: ReadonlyMap<string, readonly Elsewhere[]>
}

// The plan as a value: the same surveys, the same bytes. Pure.
export function planOf(
  surveys: readonly Survey[],
  definitions: Definitions,
  planning: Planning,
  claims?: Claims,
): Plan {
  const sorted = [...surveys].sort((a, b) => (a.server.name < b.server.name ? -1 : 1))
  const asked = planning.together(
    sorted.filter((survey) => survey.is === 'asked'),
    definitions,
  )
  const isWhole = asked.length === sorted.length && asked.every(({ plan }) => plan.blocked.length === 0)
  const elsewhere = claims?.elsewhere ?? planning.elsewhere(asked)
  const body: PlanBody = {
    format: PLAN_FORMAT,
    ...planning.said(asked),
    definitions: definitionsDigest(
      asked.map(({ server, wanted }) => ({ server: server.name, resources: wanted.resources })),
    ),
    servers: asked.map((answer) => claims?.servers.get(answer.server.name) ?? entryOf(answer, elsewhere)),
    missing: sorted.flatMap((survey) => (survey.is === 'missing' ? survey.problems : [])),
    blocked: sorted
      .flatMap((survey) => (survey.is === 'blocked' ? survey.problems : []))
      .concat(asked.flatMap(({ plan }) => plan.blocked)),
    stages: planning.stages(asked, definitions, isWhole),
  }
  return withDigest(body)
}

function entryOf(
  { server, cluster, hostKey, system, wanted, plan }: Answer,
  elsewhere: ReadonlyMap<string, readonly Elsewhere[]>,
): PlannedServer {
  return {
    name: server.name,
    cluster: cluster.name,
    host: server.host,
    hostKey,
    system,
    resources: wanted.resources.length,
    install: plan.install,
    notes: [
      ...(wanted.resources.length === 0 ? [] : phpNotes(cluster)),
      ...plan.notes,
      ...(elsewhere.get(server.name) ?? []).map(({ what }) => what),
    ],
    ...servesOther(elsewhere.get(server.name)),
    leftovers: plan.leftovers,
  }
}

function servesOther(elsewhere: readonly Elsewhere[] | undefined): Pick<PlannedServer, 'elsewhere'> {
  return elsewhere === undefined ? {} : { elsewhere }
}

// One digest of everything that is wanted in a scope: two definitions that compile to the same are the same.
export function definitionsDigest(compiled: readonly { server: string; resources: readonly Resource[] }[]): string {
  return digestOf(
    [...compiled]
      .sort((a, b) => (a.server < b.server ? -1 : 1))
      .map(({ server, resources }) => ({ server, resources })),
  )
}

// Seals a plan: what canonical JSON leaves out is left out of the value as well.
export function withDigest(body: PlanBody): Plan {
  const plain = JSON.parse(JSON.stringify(body)) as PlanBody
  return { ...plain, digest: digestOf(plain) }
}
