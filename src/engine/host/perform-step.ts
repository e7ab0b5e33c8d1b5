import { randomBytes } from 'node:crypto'
import { releasePaths } from '../../model/app-paths.ts'
import { type ErrorCode, FlightError, onServer } from '../../model/errors.ts'
import type { StepContext } from '../../model/host.ts'
import { primaryFingerprints, withoutArmor } from '../../model/openpgp.ts'
import { briefly, cleanOfEscapes } from '../../model/printable.ts'
import type { Step } from '../../model/step.ts'
import { commandBefore } from '../../steps/command.ts'
import { stepShell } from '../../steps/sorts.ts'
import {
  EXIT_BAD_CONFIGURATION,
  EXIT_KEY_REFUSED,
  EXIT_NOT_LOADED,
  EXIT_UNHEALTHY,
  EXIT_UNKNOWN_PACKAGE,
  EXIT_WOULD_UPGRADE,
} from '../../steps/step.ts'
import type { ScriptResult } from '../../transport/control.ts'
import type { Sftp } from '../../transport/sftp.ts'
import { followShell, runOf, startShell } from './long-step.ts'
import { sendFile } from './upload.ts'

// What performing needs of a server: scripts, and a new connection when the old one is gone.
type Runner = {
  server: string
  run(script: string, follow?: (chunk: Buffer) => void): Promise<ScriptResult>
  again(): Promise<void>
  sftp(): Promise<Sftp> // as root, on a channel of its own
}

// How long a lost server is tried again, in milliseconds.
const PATIENCE = 180_000

// Performs one step, however often the connection breaks: short steps do no harm when they run again, long ones are
// found and followed.
export async function performStep(step: Step, context: StepContext, runner: Runner): Promise<void> {
  const { long, text } = stepShell(step, { plan: context.plan })
  if (step.step === 'key') return performKey(step, context, runner)
  if (step.step === 'upload')
    await insist(runner, context, (moved) => sendFile(step, { ...runner, progress: context.progress, moved }))
  const result = long
    ? await runLong(step, text, context, runner)
    : await insist(runner, context, () => runner.run(text))
  if (result.code !== 0) throw failure(step, result, runner.server)
}

// Runs something again over a new connection as long as only the connection is to blame, and for as long as patience
// lasts: it begins anew when an attempt says that it moved something.
async function insist<T>(runner: Runner, context: StepContext, attempt: (moved: () => void) => Promise<T>): Promise<T> {
  const patience = () => Date.now() + (context.patience ?? PATIENCE)
  let until = patience()
  let lost: FlightError | undefined
  for (;;) {
    try {
      if (lost !== undefined) await runner.again()
      return await attempt(() => (until = patience()))
    } catch (error) {
      if (!isLost(error) || Date.now() > until) throw error
      if (lost === undefined) context.progress('the connection was lost, trying again')
      lost = error
      await new Promise((resolve) => setTimeout(resolve, 2000))
    }
  }
}

function isLost(error: unknown): error is FlightError {
  const code = error instanceof FlightError ? error.problems[0]?.code : undefined
  return code === 'FLIGHT_CONNECTION_LOST' || code === 'FLIGHT_UNREACHABLE'
}

// How much of a command's output is taken at once: nobody reads more of it while it runs.
const MOST_FOLLOWED = 8192

async function runLong(step: Step, script: string, context: StepContext, runner: Runner): Promise<ScriptResult> {
  const run = runOf(step, context)
  const token = randomBytes(12).toString('hex')
  const isCommand = step.step === 'command'
  const start = startShell(run, {
    script,
    token,
    once: isCommand,
    ...(isCommand ? { before: commandBefore(step) } : {}),
  })
  // One script: started again over a new connection it only follows, because of its token.
  const both = `( ${start}\n) || exit 1\n${followShell(run, isCommand ? MOST_FOLLOWED : undefined)}`
  const result = await insist(runner, context, () =>
    runner.run(both, isCommand ? lastLine(context.progress) : installProgress(context.progress)),
  )
  if (result.code === 3) {
    throw new FlightError({
      code: 'FLIGHT_CUT_OFF',
      ...onServer(runner.server),
      what: 'the step was cut off on the server (a reboot?), its outcome is unknown',
      hint: 'run the same command again: what it did is found',
    })
  }
  const code = /\nrc (\d+)\n?$/.exec(result.stdout.subarray(-64).toString('latin1'))?.[1]
  return { ...result, code: code === undefined ? 1 : Number(code) }
}

async function performKey(step: Extract<Step, { step: 'key' }>, context: StepContext, runner: Runner): Promise<void> {
  const { text } = stepShell(step, { plan: context.plan })
  const got = await insist(runner, context, () => runner.run(text))
  if (got.code !== 0) throw failure(step, got, runner.server)
  const keyring = withoutArmor(Buffer.from(got.stdout.toString('latin1'), 'base64'))
  const fingerprints = primaryFingerprints(keyring)
  if (fingerprints.length !== 1 || fingerprints[0] !== step.key.fingerprint) {
    throw new FlightError({
      code: 'FLIGHT_KEY_REFUSED',
      ...onServer(runner.server),
      what:
        `${step.key.url} serves ` +
        `${fingerprints.length === 0 ? 'no signing key' : `the key ${fingerprints.join(' and ')}`}, wanted is ` +
        `${step.key.fingerprint} alone`,
      hint:
        'nothing was trusted; compare the fingerprint with what the repository publishes, and correct the ' +
        'definition if it is right',
    })
  }
  const { text: write } = stepShell(
    { step: 'write', path: step.path, content: keyring, mode: '644', owner: 'root', group: 'root', scope: step.scope },
    { plan: context.plan },
  )
  const written = await insist(runner, context, () => runner.run(write))
  if (written.code !== 0) throw failure(step, written, runner.server)
}

function failure(step: Step, result: ScriptResult, server: string): FlightError {
  const said = result.stderr.trim().split('\n').slice(-12).join('\n').slice(-2000)
  const what = said === '' ? `ended with code ${result.code}` : said
  if (step.step === 'command') return commandFailed(step, result, server)
  const problem = (code: ErrorCode, hint: string) => new FlightError({ code, ...onServer(server), what, hint })
  switch (result.code) {
    case EXIT_WOULD_UPGRADE:
      return problem(
        'FLIGHT_WOULD_UPGRADE',
        'nothing was installed; plan again to see what it would be, and allow it with --allow-upgrades if it is right',
      )
    case EXIT_UNKNOWN_PACKAGE:
      return problem(
        'FLIGHT_UNKNOWN_PACKAGE',
        'nothing was installed; correct the name in the definition, or add the source that has it',
      )
    case EXIT_BAD_CONFIGURATION:
      return problem(
        'FLIGHT_BAD_CONFIGURATION',
        'its files are as they were before this plan, and the service goes on with what it had loaded; correct what ' +
          'the test names, in the definition that stands behind that file in the plan, then plan again',
      )
    case EXIT_KEY_REFUSED:
      return problem('FLIGHT_KEY_REFUSED', 'nothing was trusted')
    case EXIT_UNHEALTHY:
      return problem('FLIGHT_UNHEALTHY', 'what the application says is in its log: storage/logs of that release')
    case EXIT_NOT_LOADED:
      return problem('FLIGHT_NOT_CONVERGED', 'look at the service on the server: journalctl -u')
    default:
      return problem(
        'FLIGHT_STEP_FAILED',
        step.step === 'install'
          ? 'what apt says above is the cause; run the same command again when it is settled'
          : 'run the same command again when the cause is settled: it goes on where it stopped',
      )
  }
}

// What a command of the user said last, on either of its outputs, and where all of it lies.
function commandFailed(
  { app, release, key, command }: Extract<Step, { step: 'command' }>,
  { code, stdout, stderr }: ScriptResult,
  server: string,
): FlightError {
  const printed = stdout
    .toString('utf8')
    .replace(/\n?rc \d+\n?$/, '')
    .trim()
  const said = cleanOfEscapes([printed, stderr.trim()].filter((text) => text !== '').join('\n'))
    .split('\n')
    .slice(-12)
    .join('\n')
    .slice(-2000)
  return new FlightError({
    code: 'FLIGHT_COMMAND_FAILED',
    ...onServer(server),
    what: `${command} ended with exit code ${code}${said === '' ? ' and said nothing' : `:\n${said}`}`,
    hint:
      `all that it said is on ${server} in ${releasePaths(app, release).commands}/${key}/; correct the cause, ` +
      `then release again`,
  })
}

// Tells the last whole line of what a command prints, as it comes.
export function lastLine(progress: (text: string) => void): (chunk: Buffer) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split(/[\r\n]+/)
    rest = (lines.pop() ?? '').slice(-1000)
    const last = lines.filter((line) => line.trim() !== '' && !/^rc \d+$/.test(line)).at(-1)
    if (last !== undefined) progress(briefly(last))
  }
}

// Turns apt's output into one short line: how many packages are unpacked and set up. Other output passes unseen.
function installProgress(progress: (text: string) => void): (chunk: Buffer) => void {
  let rest = ''
  let total = 0
  let got = 0
  let unpacked = 0
  let ready = 0
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    let moved = false
    for (const line of lines) {
      const announced = /^flight: total (\d+)$/.exec(line)
      if (announced !== null) total = Number(announced[1])
      else if (/^Get:\d+ .*\.deb|^Get:\d+ \S+ \S+ \S+ \S+ /.test(line) && total > 0) got += 1
      else if (line.startsWith('Unpacking ')) unpacked += 1
      else if (line.startsWith('Setting up ')) ready += 1
      else continue
      moved = true
    }
    if (!moved || total === 0) return
    if (ready > 0) progress(`${Math.min(ready, total)} of ${total} packages set up`)
    else if (unpacked > 0) progress(`${Math.min(unpacked, total)} of ${total} packages unpacked`)
    else progress(`${Math.min(got, total)} of ${total} packages fetched`)
  }
}
