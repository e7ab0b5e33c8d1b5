import { readFile } from 'node:fs/promises'
import { compareServers } from '../../environment/compare-servers.ts'
import { changesSince } from '../../environment/fingerprint.ts'
import { parseEnvironment } from '../../environment/parse.ts'
import { EXIT_OF_CODE, FlightError } from '../../model/errors.ts'
import { problemsText } from '../../views/problems-text.ts'
import { serversText } from '../../views/environment-text.ts'
import { names } from '../../views/words.ts'
import { print, printJson, tell } from '../../cli/everywhere/output.ts'
import { shapeOf } from '../../cli/everywhere/text-shape.ts'
import { encrypt } from './age.ts'
import { environmentsOf, readEnvironments } from './environments.ts'
import { reading } from '../files.ts'
import { refuseWhatGitTracks } from './git-safety.ts'
import { keysOf } from './keys-of.ts'
import { localPath } from '../local-path.ts'
import { type Ciphertext, ciphertextOf, lastPull, notePull } from './pulled.ts'
import type { Session } from '../session.ts'
import { writePrivately } from '../write-privately.ts'

type Flags = {
  app: string
  file: string | undefined
  server: readonly string[] | undefined
  encrypt: readonly string[] | undefined
  force: boolean
  json: boolean
  'no-color': boolean
}

// Fetches the environment file of an app from the first of its servers that has one; the exit code.
export async function pullEnvironment(
  session: Session,
  { app: name, file: asked, server, encrypt: keys, force, json, ...flags }: Flags,
): Promise<number> {
  const { state } = session.definitions.settings
  const file = await localPath(asked ?? `.env.${name}${keys === undefined ? '' : '.age'}`)
  // What is encrypted is made to be tracked.
  if (keys === undefined) await refuseWhatGitTracks(file)
  const { app, path, files, without, problems } = await readEnvironments(session, name, server)
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
  const servers = compareServers(environmentsOf(files))
  const warnings = [
    ...written.warnings.map((what) => ({ where: '--encrypt', what })),
    ...(first.environment?.warnings ?? []),
  ]
  if (json)
    printJson({
      app: app.name,
      file,
      server: first.server,
      encrypted: keys !== undefined,
      without,
      differ: servers,
      warnings,
      problems,
    })
  else {
    print(
      `${app.name}: ${path} of ${first.server} is in ${file}, ` +
        `${keys === undefined ? 'readable by you alone' : `encrypted to the keys in ${names(keys, 4)}`}`,
    )
    if (servers.files.length > 1) print(serversText(app.name, servers, shapeOf(process.stdout, { ...flags })))
    if (without.length > 0) print(`no environment file yet on ${names(without, 8)}`)
    for (const { where, what } of warnings) print(`warning: ${where} ${what}`)
    if (problems.length > 0) tell(problemsText(problems, shapeOf(process.stderr, { ...flags })))
  }
  const [problem] = problems
  return problem === undefined ? 0 : EXIT_OF_CODE[problem.code]
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

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
