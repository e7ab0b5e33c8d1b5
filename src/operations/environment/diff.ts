import { compareEnvironments, type Comparison } from '../../environment/compare.ts'
import { compareServers, type ServersComparison } from '../../environment/compare-servers.ts'
import { changesSince } from '../../environment/fingerprint.ts'
import { comparisonText, serversText } from '../../views/environment-text.ts'
import { names } from '../../views/words.ts'
import { environmentsOf, readEnvironments, type ServerFiles } from './environments.ts'
import { showAnswers } from '../../cli/everywhere/fleet-answer.ts'
import { isThere } from '../is-there.ts'
import { defaultFile, type LocalEnvironment, readLocalEnvironment } from './local-environment.ts'
import { lastPull } from './pulled.ts'
import type { Session } from '../session.ts'

type Flags = {
  app: string
  file: string | undefined
  identity: readonly string[] | undefined
  server: readonly string[] | undefined
  'detailed-exitcode': boolean
  json: boolean
  'no-color': boolean
}

// Shows the keys on which environment files differ; the exit code.
export async function diffEnvironments(
  session: Session,
  { app, file: asked, identity, server, ...flags }: Flags,
): Promise<number> {
  const local = await localFile(app, asked, identity ?? [], session.signal)
  const servers = await readEnvironments(session, app, server)
  const differ = compareServers(environmentsOf(servers.files))
  const against = local === undefined ? [] : comparisonsOf(local, differ, servers)
  const since = local === undefined ? undefined : await sincePull(session, app, local, servers)
  const exit = await showAnswers(flags, servers.problems, {
    document: { app, file: local?.file, servers: differ, without: servers.without, against, since },
    text: (shape) =>
      [
        ...(local === undefined || differ.files.length > 1 || servers.without.length > 0
          ? [serversText(app, differ, shape)]
          : []),
        ...(servers.without.length === 0 ? [] : [`no environment file yet on ${names(servers.without, 8)}`]),
        ...against.map((each) => comparisonText(`${local?.file} against ${names(each.servers, 8)}`, each, shape)),
        ...(since === undefined
          ? []
          : [
              comparisonText('edited here since it was pulled', since.here, shape),
              comparisonText(`changed on ${since.server} since it was pulled`, since.there, shape),
            ]),
      ].join('\n'),
  })
  const differs =
    differ.files.length > 1 ||
    (differ.files.length > 0 && servers.without.length > 0) ||
    against.some(({ identical }) => !identical)
  return exit === 0 && flags['detailed-exitcode'] && differs ? 2 : exit
}

// Only a file that was named has to be there.
async function localFile(
  app: string,
  asked: string | undefined,
  identities: readonly string[],
  signal: AbortSignal,
): Promise<LocalEnvironment | undefined> {
  const name = asked ?? (await defaultFile(app))
  return asked !== undefined || (await isThere(name)) ? readLocalEnvironment(name, identities, signal) : undefined
}

// Servers with the same file are compared once.
function comparisonsOf(
  local: LocalEnvironment,
  { files }: ServersComparison,
  servers: ServerFiles,
): (Comparison & { servers: readonly string[] })[] {
  const known = environmentsOf(servers.files)
  return files.flatMap((group) => {
    const environment = known.get(group[0] ?? '')
    return environment === undefined ? [] : [{ servers: group, ...compareEnvironments(environment, local.environment) }]
  })
}

// What each side did since the pull; nothing where it was not pulled, or that server did not answer.
async function sincePull(
  { definitions }: Session,
  app: string,
  { file, environment }: LocalEnvironment,
  { files }: ServerFiles,
): Promise<{ server: string; here: Comparison; there: Comparison } | undefined> {
  const pull = await lastPull(definitions.settings.state, { app, file })
  const server = pull === undefined ? undefined : files.find((each) => each.server === pull.server)
  if (pull === undefined || server?.environment === undefined) return undefined
  return {
    server: server.server,
    here: changesSince(pull.fingerprint, environment),
    there: changesSince(pull.fingerprint, server.environment),
  }
}
