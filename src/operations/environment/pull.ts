import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { compareServers, type ServersComparison } from '../../environment/compare-servers.ts'
import { changesSince } from '../../environment/fingerprint.ts'
import { parseEnvironment } from '../../environment/parse.ts'
import { FlightError, type Problem } from '../../model/errors.ts'
import { names } from '../../model/words.ts'
import { pathFromHere, nothingThere, reading, writePrivately } from '../files.ts'
import type { Session } from '../session.ts'
import { encrypt } from './age.ts'
import { environmentsOf, readEnvironments } from './environments.ts'
import { keysOf } from './judge-push.ts'
import { type Ciphertext, ciphertextOf, lastPull, notePull } from './pulled.ts'

// `only`: these servers; none is all. `keys`: files of public keys that it is encrypted to.
type Pull = {
  app: string
  file: string | undefined
  only: readonly string[]
  keys: readonly string[] | undefined
  force: boolean
}

// Where it lies now, where it is from, and how the servers differ.
export type PulledFile = {
  app: string
  path: string
  file: string
  server: string
  without: readonly string[]
  differ: ServersComparison
  warnings: readonly { where: string; what: string }[]
  problems: readonly Problem[]
}

// Fetches the environment file of an app from the first of its servers that has one.
export async function pullEnvironment(
  session: Session,
  { app: name, file: asked, only, keys, force }: Pull,
): Promise<PulledFile> {
  const { state } = session.definitions.settings
  const file = await pathFromHere(asked ?? `.env.${name}${keys === undefined ? '' : '.age'}`)
  // What is encrypted is made to be tracked.
  if (keys === undefined) await refuseWhatGitTracks(file)
  const { app, path, files, without, problems } = await readEnvironments(session, name, only)
  const [first] = files
  if (first === undefined)
    throw new FlightError(
      problems.length > 0
        ? problems
        : {
            code: 'FLIGHT_CONFLICT',
            where: names(without, 4),
            what: `there is no ${path} yet`,
            hint: `flight env:push ${app.name} FILE puts one there`,
          },
    )
  if (!force) await refuseToOverwriteEdits(state, { app: app.name, file, bytes: first.bytes })
  const written =
    keys === undefined
      ? { bytes: first.bytes, warnings: [] }
      : await encrypt(first.bytes, keys, { environment: process.env, signal: session.signal })
  await writePrivately(file, written.bytes)
  if (first.environment !== undefined)
    await notePull(state, {
      app: app.name,
      file,
      server: first.server,
      ciphertext: ciphertextOf(written.bytes),
      environment: first.environment,
    })
  return {
    app: app.name,
    path,
    file,
    server: first.server,
    without,
    differ: compareServers(environmentsOf(files)),
    warnings: [
      ...written.warnings.map((what) => ({ where: '--encrypt', what })),
      ...(first.environment?.warnings ?? []),
    ],
    problems,
  }
}

// What was edited here since it was pulled is somebody's work; what is the same as on the server may be written again.
async function refuseToOverwriteEdits(
  state: string,
  { app, file, bytes }: { app: string; file: string; bytes: Uint8Array },
): Promise<void> {
  const here = await reading(file, () => readFile(file).catch(nothingThere))
  if (here === undefined || here.equals(bytes)) return
  const pull = await lastPull(state, { app, file })
  const ciphertext = ciphertextOf(here)
  if (ciphertext !== null) return refuseOtherCiphertext(pull?.ciphertext, { app, file, ciphertext })
  const edits = pull === undefined ? undefined : changesSince(pull.fingerprint, parseEnvironment(here, file))
  if (edits?.identical === true) return
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: file,
    what:
      edits === undefined
        ? 'is there already, and was not pulled by Flight'
        : `was edited here since it was pulled: ${keysOf(edits)}`,
    hint: `compare with flight env:diff ${app} ${file}; --force overwrites it`,
  })
}

// An encrypted file is judged as it lies there: nobody is asked for a key just to write it anew.
function refuseOtherCiphertext(
  noted: Ciphertext | undefined,
  { app, file, ciphertext }: { app: string; file: string; ciphertext: string },
): void {
  if (noted === ciphertext) return
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: file,
    what: 'is there already, encrypted, and is not what Flight pulled or pushed last',
    hint: `compare with flight env:diff ${app} ${file}; --force overwrites it`,
  })
}

// Refuses a file that git would track, or tracks already: secrets do not belong into a repository.
async function refuseWhatGitTracks(file: string): Promise<void> {
  const folder = await realpath(dirname(file))
  const name = basename(file)
  if ((await git(folder, 'rev-parse', '--is-inside-work-tree')) !== 0) return
  if ((await git(folder, 'ls-files', '--error-unmatch', '--', name)) === 0) {
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: file,
      what: 'is tracked by git, and would hold secrets',
      hint: `git rm --cached ${name}, and think of what its history says already`,
    })
  }
  if ((await git(folder, 'check-ignore', '--quiet', '--', name)) === 0) return
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: file,
    what: 'would be tracked by git, and holds secrets',
    hint: `add the line ${name} to ${join(folder, '.gitignore')}`,
  })
}

// git's exit code in a folder; where there is no git, nothing tracks anything.
function git(folder: string, ...words: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile('git', ['-C', folder, ...words], { env: { ...process.env, LC_ALL: 'C' } }, (error) => {
      if (error === null) resolve(0)
      else if ((error as NodeJS.ErrnoException).code === 'ENOENT') resolve(128)
      else if (typeof error.code === 'number') resolve(error.code)
      else reject(error)
    })
  })
}
