import { releaseResources } from '../../features/app-release.ts'
import type { Definitions } from '../../model/definitions.ts'
import { FlightError, type ServerProblem } from '../../model/errors.ts'
import { onOneLine } from '../../model/printable.ts'
import type { PlannedRelease, ReleaseWish } from '../../model/release.ts'
import { appsOn, type Chosen, serversIn, type Wanted } from '../resolve/wanted.ts'
import { allOrNone, COMMON_STAGES, type Course, headline } from './all-or-none.ts'
import { type Known, nameRelease } from './name-release.ts'
import type { Answer, Line, Module, Planning, Reached } from './undertaking.ts'

const COURSE: Course = {
  phases: ['prepare', 'deploy', 'check', 'go live', 'check live', 'confirm', 'after', 'workers', 'finish'],
  live: 'go live',
  stays: 'confirm',
  last: 'finish',
}
const { way, ...COURSED } = allOrNone(COURSE)

// A commit of an app goes live on all of its servers, or an earlier one does again.
export const releaseUndertaking: Module<'release'> = {
  isIn: ({ releases }) => releases.length > 0,
  named: ({ releases }) => ({ parts: releases.map(({ app }) => `app ${app}`).sort() }),
  begin(asked, definitions) {
    return {
      servers: serversOf(definitions, asked.releases),
      planning: async (hosts, missing) => {
        refuseBlindWayBack(asked.releases, missing)
        const releases = await named(asked.releases, definitions, hosts)
        return { ...releasing(releases), said: () => ({ asked, releases }) }
      },
    }
  },
  again: (asked, { releases }) => ({
    ...releasing(releases),
    facts: (wanted) => [...asked.releases.map(releasesQuery), ...COURSED.facts(wanted)],
    said: (answers) => ({
      asked,
      releases: inOrder(asked.releases).map((wish) => nameRelease(wish, knownIn(answers, wish))),
    }),
  }),
  words: {
    stages: {
      ...COMMON_STAGES,
      deploy: 'once a release, one server after the other',
      check: 'the release answers before it is live',
      after: 'the release is live',
    },
    lines: (plan, names) =>
      plan.releases.flatMap(({ app, does, name, subject, commit, notes, warnings = [], without }): Line[] => [
        headline(
          plan,
          '>',
          does === 'release'
            ? `release ${name} of ${app}: ${commit.slice(0, 12)} ${onOneLine(subject)}`
            : `go back to ${name} of ${app}: ${onOneLine(subject)}`,
        ),
        ...(without.length === 0
          ? []
          : [
              {
                mark: '!' as const,
                text:
                  `${app} is not released on ${names(without)}, ` +
                  `which ${without.length === 1 ? 'is' : 'are'} left out`,
              },
            ]),
        ...notes.map((text): Line => ({ mark: ' ', text })),
        ...warnings.map((text): Line => ({ mark: '!', text })),
      ]),
    takenBack: 'Went live and was taken back',
    next: (outcome) =>
      outcome === 'done'
        ? undefined
        : 'Correct the cause and release again: a failed release is never taken up again, and never gone back to.',
  },
}

function releasing(releases: readonly PlannedRelease[]): Omit<Planning, 'said'> {
  // One that is live elsewhere is no failed one because a server cannot join.
  const joining = new Set(releases.filter(({ joins }) => joins).map(({ app }) => app))
  return {
    ...COURSED,
    wanted: ({ definitions, cluster, server, system }): Wanted => {
      const here = appsOn(server, definitions)
      const resources = releases.flatMap((each) =>
        here
          .filter(({ app }) => app.name === each.app && !each.without.includes(server.name))
          .flatMap((input) => releaseResources({ ...input, cluster, server, system }, each)),
      )
      return { resources, apps: here, retires: () => false }
    },
    claim: releases.map(({ app, name }) => ({ app, release: name })),
    wayBack: {
      ...way,
      spares: (step) => step.step === 'fail' && joining.has(step.app),
      words: {
        what: releases.map(({ app, name }) => `${app} ${name}`).join(', '),
        wasDone: 'went live',
        restored: 'all servers serve what they served before',
        again: 'release',
      },
    },
    receipt: (cargo) => ({
      releases: releases.map(({ app, does, name, commit, tree, subject }) => ({
        app,
        does,
        name,
        commit,
        tree,
        subject,
        artifact: cargo.get(app)?.sha256 ?? '',
        composerLock: cargo.get(app)?.composerLock ?? '',
      })),
    }),
  }
}

// The servers that releases concern, sorted by name: all that their apps list, without those that are left out. Names
// of servers that an app does not list, and all of them left out, are FLIGHT_USAGE.
function serversOf(
  definitions: Definitions,
  releases: readonly { app: string; without: readonly string[] }[],
): Chosen[] {
  const names = releases.flatMap(({ app: name, without }) => {
    const app = definitions.apps.find((each) => each.name === name)
    if (app === undefined)
      throw new FlightError({ code: 'FLIGHT_REFERENCE', where: '', what: `there is no app "${name}"` })
    const all = app.servers.map((on) => on.name)
    const unknown = without.find((server) => !all.includes(server))
    if (unknown !== undefined)
      throw new FlightError({
        code: 'FLIGHT_USAGE',
        where: '--without-server',
        what: `${name} is not on a server "${unknown}"`,
        hint: `it is on ${all.join(', ')}`,
      })
    const left = all.filter((server) => !without.includes(server))
    if (left.length === 0)
      throw new FlightError({
        code: 'FLIGHT_USAGE',
        where: '',
        what: `${name} is on no server${all.length === 0 ? '' : ' that is not left out'}`,
        hint: 'name servers in its definition',
      })
    return left
  })
  return serversIn(definitions, { clusters: [], apps: [], servers: [...new Set(names)] })
}

// Which releases are good on all servers is not known while one of them cannot be asked.
function refuseBlindWayBack(wishes: readonly ReleaseWish[], missing: readonly ServerProblem[]): void {
  if (missing.length === 0 || !wishes.some(({ does }) => does === 'rollback')) return
  throw new FlightError(
    missing.map((problem) => ({
      ...problem,
      hint:
        `to go back without it: --without-server ` +
        `${problem.server}${problem.hint === undefined ? '' : `. Otherwise: ${problem.hint}`}`,
    })),
  )
}

// A release has one name on all servers, so all of them are asked what they have before any of them is planned for.
async function named(
  wishes: readonly ReleaseWish[],
  { apps }: Definitions,
  hosts: readonly Reached[],
): Promise<PlannedRelease[]> {
  return Promise.all(
    inOrder(wishes).map(async (wish) => {
      const app = apps.find(({ name }) => name === wish.app)
      const on = hosts.filter(
        ({ server }) =>
          app?.servers.some(({ name }) => name === server.name) === true && !wish.without.includes(server.name),
      )
      const query = releasesQuery(wish)
      return nameRelease(
        wish,
        await Promise.all(
          on.map(async ({ server, host }) => ({ server: server.name, said: (await host.probe([query])).get(query) })),
        ),
      )
    }),
  )
}

function inOrder(wishes: readonly ReleaseWish[]): ReleaseWish[] {
  return [...wishes].sort((a, b) => (a.app < b.app ? -1 : 1))
}

function releasesQuery({ app }: { app: string }) {
  return { fact: 'releases', app } as const
}

// What servers that have answered say of an app's releases.
function knownIn(answers: readonly Answer[], wish: ReleaseWish): Known {
  return answers
    .filter(
      ({ server, wanted }) =>
        wanted.apps.some(({ app }) => app.name === wish.app) && !wish.without.includes(server.name),
    )
    .map(({ server, facts }) => ({ server: server.name, said: facts.get(releasesQuery(wish)) }))
}
