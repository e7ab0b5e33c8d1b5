import { compareServers, type ServersComparison } from '../../environment/compare-servers.ts'
import { compareEnvironments, type Comparison } from '../../environment/compare.ts'
import { changesSince } from '../../environment/fingerprint.ts'
import type { Problem } from '../../model/errors.ts'
import { isThere } from '../files.ts'
import type { Session } from '../session.ts'
import { environmentsOf, readEnvironments, type ServerFiles } from './environments.ts'
import { defaultFile, type LocalEnvironment, readLocalEnvironment } from './local-environment.ts'
import { lastPull } from './pulled.ts'

// `only`: these servers; none is all. `identities`: the private keys that open an encrypted file.
type Asked = { app: string; file: string | undefined; only: readonly string[]; identities: readonly string[] }

// `file`: the one here, where there is one; `against`: what it has beyond the servers' files; `since`: what each side
// did since it was pulled.
export type EnvironmentDifference = {
  file: string | undefined
  servers: ServersComparison
  without: readonly string[]
  against: readonly (Comparison & { servers: readonly string[] })[]
  since: { server: string; here: Comparison; there: Comparison } | undefined
  problems: readonly Problem[]
}

// On which keys the environment files of an app differ: among its servers, and from a file here.
export async function diffEnvironments(
  session: Session,
  { app, file: asked, only, identities }: Asked,
): Promise<EnvironmentDifference> {
  const local = await localFile(app, asked, identities, session.signal)
  const servers = await readEnvironments(session, app, only)
  const differ = compareServers(environmentsOf(servers.files))
  return {
    file: local?.file,
    servers: differ,
    without: servers.without,
    against: local === undefined ? [] : comparisonsOf(local, differ, servers),
    since: local === undefined ? undefined : await sincePull(session, app, local, servers),
    problems: servers.problems,
  }
}

// Whether any two of them differ.
export function isDifferent({ servers: { files }, without, against }: EnvironmentDifference): boolean {
  return files.length > 1 || (files.length > 0 && without.length > 0) || against.some(({ identical }) => !identical)
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
