import { FlightError } from '../../model/errors.ts'
import { isThere } from '../files.ts'
import { isWhole, type Offered } from '../offer.ts'
import type { Session } from '../session.ts'
import type { Teller } from '../teller.ts'
import { readForPush, type PushableFiles } from './environments.ts'
import { refuseOutdated, refuseUnlikeServers } from './judge-push.ts'
import { defaultFile, type LocalEnvironment, readLocalEnvironment } from './local-environment.ts'
import { lastPull, notePull } from './pulled.ts'
import { sameOnAll, sendEnvironments } from './send.ts'

// `only`: these servers; none is all. `identities`: the private keys that open an encrypted file.
type Push = {
  app: string
  file: string | undefined
  only: readonly string[]
  all: boolean
  force: boolean
  identities: readonly string[]
  wait: boolean
}

// Brings a file that lies here to the servers of an app.
export async function pushEnvironment(session: Session, teller: Teller, push: Push): Promise<Offered> {
  const { app, file: asked, only, all, force, identities, wait } = push
  const from = asked ?? (await defaultFile(app))
  if (asked === undefined && !(await isThere(from)))
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: from,
      what: 'is not here',
      hint: `flight env:pull ${app} makes it from a server; another file: flight env:push ${app} FILE`,
    })
  const local = await readLocalEnvironment(from, identities, session.signal)
  const { file, bytes, environment } = local
  for (const { where, what } of environment.warnings) teller.remark(`warning: ${where} ${what}`)
  const servers = await readForPush(session, app, only)
  const command = `flight env:push ${app}${asked === undefined ? '' : ` ${asked}`}`
  const judged = { command, overrides: true, all, force, chosen: only }
  refuseUnlikeServers(servers, judged)
  const pull = await lastPull(session.definitions.settings.state, { app, file })
  refuseOutdated(servers, { file, environment, pull }, judged)
  const offered = await sendEnvironments(session, teller, {
    what: `env:push ${app}`,
    does: 'push',
    from,
    servers,
    wanted: sameOnAll(servers, bytes),
    wait,
  })
  if (isWhole(offered)) await noteWhatIsThere(session, local, servers)
  return offered
}

// What was pushed is what the next push is compared with: nobody has to pull it again.
async function noteWhatIsThere(
  { definitions }: Session,
  { file, environment, ciphertext }: LocalEnvironment,
  { app, noted }: PushableFiles,
): Promise<void> {
  const [server] = noted.keys()
  if (server !== undefined)
    await notePull(definitions.settings.state, { app: app.name, file, server, ciphertext, environment })
}
