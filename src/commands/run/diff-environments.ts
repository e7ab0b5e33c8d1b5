import { readFile } from 'node:fs/promises'
import { compareEnvironments, type Comparison } from '../../environment/compare.ts'
import { compareServers, type ServersComparison } from '../../environment/compare-servers.ts'
import type { Environment } from '../../environment/environment.ts'
import { changesSince } from '../../environment/fingerprint.ts'
import { parseEnvironment } from '../../environment/parse.ts'
import { comparisonText, serversText } from '../../views/environment-text.ts'
import { names } from '../../views/words.ts'
import { environmentsOf, readEnvironments, type ServerFiles } from './environments.ts'
import { reading } from './file-fault.ts'
import { showAnswers } from './fleet-answer.ts'
import { localPath } from './local-path.ts'
import { lastPull } from './pulled.ts'
import type { Session } from './session.ts'

type Flags = { app: string; file: string | undefined; server: readonly string[] | undefined; 'detailed-exitcode': boolean; json: boolean; 'no-color': boolean }

// Shows the keys on which environment files differ; the exit code.
export async function diffEnvironments(session: Session, { app, file: asked, server, ...flags }: Flags): Promise<number> {
  const local = await localFile(app, asked)
  const servers = await readEnvironments(session, app, server)
  const differ = compareServers(environmentsOf(servers.files))
  const against = local === undefined ? [] : comparisonsOf(local, differ, servers)
  const since = local === undefined ? undefined : await sincePull(session, app, local, servers)
  const exit = await showAnswers(flags, servers.problems, {
    document: { app, file: local?.file, servers: differ, without: servers.without, against, since },
    text: (shape) =>
      [
        ...(local === undefined || differ.files.length > 1 || servers.without.length > 0 ? [serversText(app, differ, shape)] : []),
        ...(servers.without.length === 0 ? [] : [`no environment file yet on ${names(servers.without, 8)}`]),
        ...against.map((each) => comparisonText(`${local?.file} against ${names(each.servers, 8)}`, each, shape)),
        ...(since === undefined ? [] : [comparisonText('edited here since it was pulled', since.here, shape), comparisonText(`changed on ${since.server} since it was pulled`, since.there, shape)]),
      ].join('\n'),
  })
  const differs = differ.files.length > 1 || (differ.files.length > 0 && servers.without.length > 0) || against.some(({ identical }) => !identical)
  return exit === 0 && flags['detailed-exitcode'] && differs ? 2 : exit
}

type Local = { file: string; environment: Environment }

async function localFile(app: string, asked: string | undefined): Promise<Local | undefined> {
  const file = await localPath(asked ?? `.env.${app}`)
  const bytes = await reading(file, () => readFile(file).catch((error: NodeJS.ErrnoException) => (asked === undefined && error.code === 'ENOENT' ? undefined : Promise.reject(error))))
  return bytes === undefined ? undefined : { file, environment: parseEnvironment(bytes, file) }
}

// Servers with the same file are compared once.
function comparisonsOf(local: Local, { files }: ServersComparison, servers: ServerFiles): (Comparison & { servers: readonly string[] })[] {
  const known = environmentsOf(servers.files)
  return files.flatMap((group) => {
    const environment = known.get(group[0] ?? '')
    return environment === undefined ? [] : [{ servers: group, ...compareEnvironments(environment, local.environment) }]
  })
}

// What each side did since the pull; nothing where it was not pulled, or that server did not answer.
async function sincePull({ definitions }: Session, app: string, { file, environment }: Local, { files }: ServerFiles): Promise<{ server: string; here: Comparison; there: Comparison } | undefined> {
  const pull = await lastPull(definitions.settings.state, { app, file })
  const server = pull === undefined ? undefined : files.find((each) => each.server === pull.server)
  if (pull === undefined || server?.environment === undefined) return undefined
  return { server: server.server, here: changesSince(pull.fingerprint, environment), there: changesSince(pull.fingerprint, server.environment) }
}
