import { phpNotes } from '../../features/php.ts'
import type { Definitions } from '../../model/definitions.ts'
import { isAllOrNone, type Plan, type PlanBody, type PlannedServer, type Scope, type Stage } from '../../model/plan.ts'
import type { PlannedPush } from '../../model/push.ts'
import type { PlannedRelease } from '../../model/release.ts'
import { readStageName, RELEASE_PHASES, type ReleasePhase, type StageName } from '../../model/stage-name.ts'
import { definitionsDigest } from './compile.ts'
import { digestOf } from '../digest.ts'
import { type Elsewhere, liveElsewhere } from './live-elsewhere.ts'
import { planServer, type ServerPlan } from './plan-server.ts'
import type { Survey } from './survey.ts'
import { type Serial, stagesOf } from './waves.ts'

export type PlanAsked = {
  definitions: Definitions
  scope: Scope
  apps: boolean
  serial: Serial
  allowUpgrades: boolean
  releases: readonly PlannedRelease[]
  pushes?: readonly PlannedPush[]
}

type Asked = Extract<Survey, { is: 'asked' }>
type Planned = { survey: Asked; plan: ServerPlan }

// The plan as a value: the same surveys, the same bytes. Pure.
export function planOf(
  surveys: readonly Survey[],
  { definitions, scope, apps, serial, allowUpgrades, releases, pushes = [] }: PlanAsked,
): Plan {
  const sorted = [...surveys].sort((a, b) => (a.server.name < b.server.name ? -1 : 1))
  const asked = withholding(sorted, definitions, allowUpgrades)
  const able = asked.filter(({ plan }) => plan.blocked.length === 0)
  const phase = (name: StageName['phase'], of: 'configure' | 'retire') =>
    stagesOf(
      name,
      able
        .map(({ survey, plan }) => ({ server: survey.server.name, actions: plan[of] }))
        .filter(({ actions }) => actions.length > 0),
      definitions.apps,
      serial,
    )
  const missing = sorted.flatMap((survey) => (survey.is === 'missing' ? survey.problems : []))
  const elsewhere = liveElsewhere(isAllOrNone({ releases, pushes }) ? [] : asked.map(({ survey }) => survey))
  const body: PlanBody = {
    format: 1,
    scope: { clusters: [...scope.clusters].sort(), apps: [...scope.apps].sort(), servers: [...scope.servers].sort() },
    options: { allow_upgrades: allowUpgrades, apps },
    releases,
    ...(pushes.length === 0 ? {} : { pushes }),
    definitions: definitionsDigest(
      asked.map(({ survey }) => ({ server: survey.server.name, resources: survey.wanted.resources })),
    ),
    servers: asked.map(({ survey, plan }): PlannedServer => ({
      name: survey.server.name,
      cluster: survey.cluster.name,
      host: survey.server.host,
      hostKey: survey.hostKey,
      system: survey.system,
      resources: survey.wanted.resources.length,
      install: plan.install,
      notes: [
        ...(survey.wanted.resources.length === 0 ? [] : phpNotes(survey.cluster)),
        ...plan.notes,
        ...(elsewhere.get(survey.server.name) ?? []).map(({ what }) => what),
      ],
      ...servesOther(elsewhere.get(survey.server.name)),
      leftovers: plan.leftovers,
    })),
    missing,
    blocked: sorted
      .flatMap((survey) => (survey.is === 'blocked' ? survey.problems : []))
      .concat(asked.flatMap(({ plan }) => plan.blocked)),
    stages: isAllOrNone({ releases, pushes })
      ? releaseStages(asked, missing.length === 0 && able.length === sorted.length)
      : [...phase(apps ? 'configure' : 'provision', 'configure'), ...phase('retire', 'retire')],
  }
  return withDigest(body)
}

function servesOther(elsewhere: readonly Elsewhere[] | undefined): Pick<PlannedServer, 'elsewhere'> {
  return elsewhere === undefined ? {} : { elsewhere }
}

// The stages of releases, in their order; none at all where a server
// is missing or blocked: a release is on all servers or on none.
function releaseStages(asked: readonly Planned[], isWhole: boolean): Stage[] {
  if (!isWhole) return []
  const rank = (name: string) => {
    const { phase, wave } = readStageName(name) as StageName
    return RELEASE_PHASES.indexOf(phase as ReleasePhase) * 1000 + (wave?.at ?? 0)
  }
  const names = [...new Set(asked.flatMap(({ plan }) => plan.staged.map(({ stage }) => stage)))].sort(
    (a, b) => rank(a) - rank(b),
  )
  return names.map((name) => ({
    name,
    servers: asked
      .map(({ survey, plan }) => ({
        server: survey.server.name,
        actions: plan.staged.filter(({ stage }) => stage === name).map(({ action }) => action),
      }))
      .filter(({ actions }) => actions.length > 0),
  }))
}

// Plans every server that was asked. What an app leaves behind on one server is not retired while another that the app
// lists is missing, blocked or not asked for: what takes its place might lie there.
function withholding(surveys: readonly Survey[], definitions: Definitions, allowUpgrades: boolean): Planned[] {
  const asked = surveys.filter((survey) => survey.is === 'asked').map((survey) => ({ survey, plan: survey.plan }))
  const able = new Set(asked.filter(({ plan }) => plan.blocked.length === 0).map(({ survey }) => survey.server.name))
  const withheld = definitions.apps
    .filter((app) => app.servers.some(({ name }) => !able.has(name)))
    .map(({ name }) => name)
  if (withheld.length === 0) return asked
  return asked.map(({ survey, plan }) => {
    const { wanted } = survey
    const concerned = withheld.filter((app) =>
      plan.retire.some((action) => action.kind === 'retired' && action.after.scope === `app:${app}`),
    )
    if (concerned.length === 0) return { survey, plan }
    const retires = (scope: string) => wanted.retires(scope) && !concerned.includes(scope.replace(/^app:/, ''))
    const less = planServer({ ...survey, wanted: { ...wanted, retires }, server: survey.server.name, allowUpgrades })
    return {
      survey,
      plan: {
        ...less,
        notes: [
          ...less.notes,
          ...concerned.map(
            (app) => `${app}: what is no longer wanted here stays until all servers of ${app} are in one plan`,
          ),
        ],
      },
    }
  })
}

// Seals a plan: what canonical JSON leaves out is left out of the value as well.
export function withDigest(body: PlanBody): Plan {
  const plain = JSON.parse(JSON.stringify(body)) as PlanBody
  return { ...plain, digest: digestOf(plain) }
}
