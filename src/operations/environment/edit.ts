import { mkdtemp, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnvironment } from '../../environment/parse.ts'
import { FlightError } from '../../model/errors.ts'
import { nothingThere, reading, writePrivately } from '../files.ts'
import { isWhole, type Offered } from '../offer.ts'
import type { Session } from '../session.ts'
import type { Teller } from '../teller.ts'
import { readForPush } from './environments.ts'
import { refuseUnlikeServers } from './judge-push.ts'
import { sameOnAll, sendEnvironments } from './send.ts'

// Who edits. `again` throws where a file that Laravel would not understand is not edited again.
export type Editor = { open(file: string): Promise<void>; again(error: FlightError): Promise<void> }

type Edit = { app: string; only: readonly string[]; wait: boolean; editor: Editor }

// Pull, editor, push, with the file in memory: nothing of it reaches a disk of this machine. Undefined where nothing
// was edited.
export async function editEnvironment(
  session: Session,
  teller: Teller,
  { app, only, wait, editor }: Edit,
): Promise<Offered | undefined> {
  const servers = await readForPush(session, app, only)
  refuseUnlikeServers(servers, {
    command: `flight env:edit ${app}`,
    overrides: false,
    all: false,
    force: false,
    chosen: only.length === 1 ? only : [],
  })
  const before = servers.files[0]?.bytes ?? new Uint8Array()
  const { folder, forget } = await privateMemory(process.env)
  const file = join(folder, `.env.${app}`)
  try {
    await writePrivately(file, before)
    const bytes = await edited(file, app, editor)
    if (Buffer.compare(bytes, before) === 0) {
      teller.document({ app, does: 'push', from: 'your edit', servers: [], receipt: null })
      teller.remark(`${app}: nothing was edited, nothing is pushed`)
      await forget()
      return undefined
    }
    const offered = await sendEnvironments(session, teller, {
      what: `env:edit ${app}`,
      does: 'push',
      from: 'your edit',
      servers,
      wanted: sameOnAll(servers, bytes),
      wait,
    })
    if (isWhole(offered)) await forget()
    else teller.tell(keptText(file, app))
    return offered
  } catch (error) {
    if (await isEdited(file, before)) teller.tell(keptText(file, app))
    else await forget()
    throw error
  }
}

// What was edited is somebody's work, however it ends.
async function isEdited(file: string, before: Uint8Array): Promise<boolean> {
  const now = await readFile(file).catch(nothingThere)
  return now !== undefined && Buffer.compare(now, before) !== 0
}

function keptText(file: string, app: string): string {
  return (
    `Your edit is not lost: it is in ${file}, in memory until the next boot and readable by you alone. Then: ` +
    `flight env:push ${app} ${file}, and remove it.`
  )
}

// The file once Laravel would understand it.
async function edited(file: string, app: string, editor: Editor): Promise<Uint8Array> {
  for (;;) {
    await editor.open(file)
    const bytes = await reading(file, () => readFile(file))
    try {
      parseEnvironment(bytes, `.env.${app}`)
      return bytes
    } catch (error) {
      if (!(error instanceof FlightError)) throw error
      await editor.again(error)
    }
  }
}

// What statfs(2) says of file systems that lie in memory: tmpfs, ramfs.
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6]

// A folder in memory that only its owner reads, and that is gone with everything in it once `forget` is called.
async function privateMemory(environment: NodeJS.ProcessEnv): Promise<{ folder: string; forget(): Promise<void> }> {
  for (const candidate of [environment['XDG_RUNTIME_DIR'], '/dev/shm']) {
    if (candidate === undefined || candidate === '' || !(await isInMemory(candidate))) continue
    const folder = await mkdtemp(join(candidate, 'flight-'))
    return { folder, forget: () => rm(folder, { recursive: true, force: true }) }
  }
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: '',
    what: 'there is no folder in memory here (XDG_RUNTIME_DIR, /dev/shm) in which a secret could be edited',
    hint: 'flight env:pull, an editor and flight env:push do the same with a file of yours',
  })
}

async function isInMemory(folder: string): Promise<boolean> {
  return statfs(folder).then(
    ({ type }) => IN_MEMORY.includes(type),
    (error: NodeJS.ErrnoException) => {
      if (error.code === undefined) throw error
      return false
    },
  )
}
