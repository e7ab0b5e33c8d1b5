import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnvironment } from '../../environment/parse.ts'
import { FlightError } from '../../model/errors.ts'
import { problemsText } from '../../views/problems-text.ts'
import { print, printJson, tell } from '../../cli/everywhere/output.ts'
import { shapeOf } from '../../cli/everywhere/text-shape.ts'
import { readForPush } from './environments.ts'
import { reading } from '../files.ts'
import { refuseUnlikeServers } from './judge-push.ts'
import { privateMemory } from './private-memory.ts'
import { confirm, refuseWithoutTerminal } from '../../cli/everywhere/question.ts'
import { sameOnAll, type Sending, sendEnvironments } from './send.ts'
import { type Session, withLastingSession } from '../session.ts'
import { writePrivately } from '../write-privately.ts'

type Flags = Sending & { app: string; server: readonly string[] | undefined }

// Pull, editor, push, with the file in memory: nothing of it reaches a disk of this machine; the exit code.
export async function editEnvironment(flags: Flags): Promise<number> {
  const { app, yes, server: only = [] } = flags
  if (!yes)
    refuseWithoutTerminal(
      `editing the environment file of ${app}`,
      `flight env:pull ${app}, then flight env:push ${app} --yes`,
    )
  return withLastingSession(`env:edit ${app}`, flags, async (session) => {
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
      const bytes = await edited(session, file, flags)
      if (Buffer.compare(bytes, before) === 0) {
        if (flags.json) printJson({ app, does: 'push', from: 'your edit', servers: [], receipt: null })
        else print(`${app}: nothing was edited, nothing is pushed`)
        await forget()
        return 0
      }
      const exit = await sendEnvironments(session, flags, {
        what: `env:edit ${app}`,
        does: 'push',
        from: 'your edit',
        servers,
        wanted: sameOnAll(servers, bytes),
      })
      if (exit === 0) await forget()
      else tell(keptText(file, app))
      return exit
    } catch (error) {
      if (await isEdited(file, before)) tell(keptText(file, app))
      else await forget()
      throw error
    }
  })
}

// What was edited is somebody's work, however it ends.
async function isEdited(file: string, before: Uint8Array): Promise<boolean> {
  const now = await contentOf(file)
  return now !== undefined && Buffer.compare(now, before) !== 0
}

async function contentOf(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function keptText(file: string, app: string): string {
  return (
    `Your edit is not lost: it is in ${file}, in memory until the next boot and readable by you alone. Then: ` +
    `flight env:push ${app} ${file}, and remove it.`
  )
}

// The file once Laravel would understand it.
async function edited(session: Session, file: string, flags: Flags): Promise<Uint8Array> {
  for (;;) {
    await openEditor(file, process.env)
    const bytes = await reading(file, () => readFile(file))
    try {
      parseEnvironment(bytes, `.env.${flags.app}`)
      return bytes
    } catch (error) {
      if (!(error instanceof FlightError) || flags.yes) throw error
      tell(problemsText(error.problems, shapeOf(process.stderr, flags)))
      await confirm('Edit it again?', session.signal)
    }
  }
}

// The user's editor, as git starts it: what the variable holds is a command line of theirs.
function openEditor(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const editor = environment['VISUAL'] || environment['EDITOR'] || 'vi'
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'flight', file], { stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else
        reject(
          new FlightError({
            code: 'FLIGHT_USAGE',
            where: '',
            what:
              `the editor (${editor}) ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}: ` +
              `nothing was pushed`,
            hint: 'EDITOR names another one',
          }),
        )
    })
  })
}
