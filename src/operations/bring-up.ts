import type { App, Settings } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { Everywhere } from '../cli/everywhere/flags.ts'
import { print, printJson, tell } from '../cli/everywhere/output.ts'
import { askEach } from './fleet/ask-each.ts'
import { environmentPath } from '../model/app-paths.ts'
import { joiningRelease, type Neighbour } from './release/joining-release.ts'
import { planAndApply } from './offer.ts'
import { refuseWithoutTerminal } from '../cli/everywhere/question.ts'
import { releaseAndApply } from './release-and-apply.ts'
import { serverNamed, serversOf } from './scope.ts'
import { type Session, withSession } from './session.ts'

type Flags = Everywhere & {
  server: string
  yes: boolean
  wait: boolean
  artifact: string | undefined
  'allow-upgrades': boolean
  serial: Settings['serial'] | undefined
}

// What a new or replaced server needs: first what the definitions say, then what
// its neighbours serve. Each part is a plan of its own, because what comes later
// depends on what is there by then. Ends with the first part that did not work.
export async function bringUp(flags: Flags): Promise<number> {
  const { server, yes } = flags
  if (!yes)
    refuseWithoutTerminal(`bringing up ${server}`, `look first (flight plan --server ${server}), then say --yes`)
  const done: object[] = []
  const exit = await eachPart(flags, (document) => done.push(document))
  if (flags.json) printJson({ server, done })
  return exit
}

async function eachPart(flags: Flags, emit: (document: object) => void): Promise<number> {
  const { server } = flags
  const configured = await planAndApply(
    flags,
    {
      what: `up ${server}`,
      title: `bringing up ${server}`,
      review: `flight plan --server ${server}`,
      names: { server: [server] },
      apps: true,
      allowUpgrades: flags['allow-upgrades'],
      serial: flags.serial,
    },
    emit,
  )
  if (configured !== 0) return configured
  const joining = await joiningOf(flags)
  for (const { app, wish, text } of joining) {
    if (flags.json) tell(text)
    else print(text)
    if (wish === undefined) continue
    const exit = await releaseAndApply(
      flags,
      {
        what: `up ${server}`,
        title: `releasing ${app} on ${server}`,
        review: `flight app:releases ${app}`,
        wish,
        given: flags.artifact,
      },
      emit,
    )
    if (exit !== 0) return exit
  }
  return 0
}

type Joining = { app: string; text: string; wish: ReturnType<typeof joiningRelease>['wish'] }

// What the neighbours of a server serve, app by app.
async function joiningOf(flags: Flags): Promise<Joining[]> {
  const joining: Joining[] = []
  await withSession('up', flags, async (session) => {
    const server = serverNamed(flags.server, session.definitions)
    const apps = session.definitions.apps.filter(
      (app) => app.cluster === server.cluster && app.servers.some(({ name }) => name === server.name),
    )
    for (const app of apps)
      joining.push({ app: app.name, ...joiningRelease(app, server.name, await neighboursOf(session, app)) })
    return 0
  })
  if (joining.length === 0) tell(`No app is on ${flags.server}.\n`)
  return joining
}

async function neighboursOf(session: Session, app: App): Promise<Neighbour[]> {
  const releases = { fact: 'releases', app: app.name } as const
  const file = { fact: 'file', path: environmentPath(app), wanted: undefined } as const
  const servers = serversOf(session.definitions).filter(
    ({ name, cluster }) => cluster === app.cluster && app.servers.some((on) => on.name === name),
  )
  const { answers, problems } = await askEach(session, servers, async (host) => {
    const facts = await host.probe([releases, file])
    return { said: facts.get(releases), hasEnvironment: facts.get(file).type === 'file' }
  })
  session.endProgress()
  const [first] = problems
  if (answers.length === 0 && first !== undefined) throw new FlightError(problems)
  for (const { where, what } of problems)
    session.listen({ event: 'note', text: `${where} could not be asked what it serves: ${what}` })
  return answers.map(({ server, answer }) => ({ server: server.name, ...answer }))
}
