import { resourcesOf } from '../../features/configuring.ts'
import type { Definitions, Settings } from '../../model/definitions.ts'
import type { Stage } from '../../model/plan.ts'
import { readStageName, type StageName } from '../../model/stage-name.ts'
import { allows, type AskedOf, type Scope } from '../../model/undertaking.ts'
import { liveElsewhere } from '../resolve/live-elsewhere.ts'
import { planServer, queriesFor, queriesForLeftOvers } from '../resolve/plan-server.ts'
import { appsOn, type WantedPlace, serversIn, type Wanted } from '../resolve/wanted.ts'
import type { Answer, Module, Planning, Undertaking } from './undertaking.ts'
import { stagesOf } from './waves.ts'

type Part = { scope: Scope; apps: boolean; allowUpgrades: boolean }

// Servers, and the apps on them, become what the definitions say: what is new answers before what it replaces goes. A
// server that fails holds up only what needs it.
export const configurationUndertaking: Module<'configuration'> = {
  isIn: () => true,
  named({ scope, apps }) {
    const parts = [
      ...scope.clusters.map((name) => `cluster ${name}`),
      ...scope.apps.map((name) => `app ${name}`),
      ...scope.servers.map((name) => `server ${name}`),
    ]
    return apps ? { parts } : { parts, apart: 'apps' }
  },
  begin: (asked, definitions) => ({ servers: serversIn(definitions, asked.scope), planning: planningOf(asked) }),
  again: planningOf,
  words: {
    stages: {
      configure: 'what is new answers before nginx sends requests there',
      retire: 'what no definition wants any more goes once nothing uses it',
    },
    lines: () => [],
    takenBack: 'Taken back',
    next: () => undefined,
  },
}

function planningOf(asked: AskedOf<'configuration'>): Planning {
  const { scope, apps, serial } = asked
  const allowUpgrades = allows(asked, 'upgrades')
  const sorted = {
    clusters: [...scope.clusters].sort(),
    apps: [...scope.apps].sort(),
    servers: [...scope.servers].sort(),
  }
  return {
    ...configuring({ scope, apps, allowUpgrades }),
    said: () => ({ asked: { ...asked, scope: sorted }, releases: [] }),
    together: (answers, all) => withholding(answers, all, allowUpgrades),
    elsewhere: liveElsewhere,
    stages: (answers, all) => stages(answers, all, { apps, serial }),
  }
}

// Configuring a part of the definitions.
export function configuring({ scope, apps, allowUpgrades }: Part): Undertaking {
  return {
    isAllOrNone: false,
    wanted: (place) => wantedOn(place, scope, apps),
    facts: queriesFor,
    factsBeside: queriesForLeftOvers,
    serverPlan: (of) => planServer({ ...of, allowUpgrades }),
    claim: 'server',
    isCritical: () => false,
    // What is retired goes only when what takes its place works on all servers.
    needsAll: (stage) => readStageName(stage)?.phase === 'retire',
    wayBack: undefined,
    receipt: () => ({ releases: [] }),
  }
}

// A server that no app of the scope lists is only freed of what they left there.
function wantedOn({ definitions, cluster, server, system }: WantedPlace, scope: Scope, apps: boolean): Wanted {
  const here = appsOn(server, definitions)
  const isAsked = (name: string) => apps && (scope.apps.length === 0 || scope.apps.includes(name))
  const configured = here.filter(({ app }) => isAsked(app.name))
  const retiresApp = (of: string) => of.startsWith('app:') && isAsked(of.slice('app:'.length))
  if (scope.apps.length > 0 && configured.length === 0) return { resources: [], apps: here, retires: retiresApp }
  return {
    resources: resourcesOf({ cluster, server, system, apps: here }, configured),
    apps: here,
    retires: (of) => of === 'cluster' || retiresApp(of),
  }
}

function stages(
  answers: readonly Answer[],
  { apps: all }: Definitions,
  { apps, serial }: { apps: boolean; serial: Settings['serial'] },
): Stage[] {
  const able = answers.filter(({ plan }) => plan.blocked.length === 0)
  const phase = (name: StageName['phase'], of: 'configure' | 'retire') =>
    stagesOf(
      name,
      able
        .map(({ server, plan }) => ({ server: server.name, actions: plan[of] }))
        .filter(({ actions }) => actions.length > 0),
      all,
      serial,
    )
  return [...phase(apps ? 'configure' : 'provision', 'configure'), ...phase('retire', 'retire')]
}

// What an app leaves behind on one server is not retired while another that the app lists is missing, blocked or not
// asked for: what takes its place might lie there.
function withholding(answers: readonly Answer[], definitions: Definitions, allowUpgrades: boolean): readonly Answer[] {
  const able = new Set(answers.filter(({ plan }) => plan.blocked.length === 0).map(({ server }) => server.name))
  const withheld = definitions.apps
    .filter((app) => app.servers.some(({ name }) => !able.has(name)))
    .map(({ name }) => name)
  if (withheld.length === 0) return answers
  return answers.map((answer) => {
    const { wanted, plan } = answer
    const concerned = withheld.filter((app) =>
      plan.retire.some(({ after }) => 'scope' in after && after.scope === `app:${app}`),
    )
    if (concerned.length === 0) return answer
    const retires = (scope: string) => wanted.retires(scope) && !concerned.includes(scope.replace(/^app:/, ''))
    const less = planServer({ ...answer, wanted: { ...wanted, retires }, server: answer.server.name, allowUpgrades })
    return {
      ...answer,
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
