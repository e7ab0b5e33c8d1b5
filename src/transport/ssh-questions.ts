import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { FlightError, onServer } from '../model/errors.ts'
import { words } from '../shell/quote.ts'

// What one call of the ssh program said; `missing` when there is no such program.
export type ConfigAnswer = { code: number; stdout: string } | 'missing'

// How many questions one shell answers, one after the other, while other shells answer the rest.
const MOST_IN_A_ROW = 8
const LONGEST = 20_000

type Question = {
  server: string
  arguments: readonly string[]
  answered: (answer: ConfigAnswer) => void
  failed: (error: Error) => void
}

let waiting: Question[] = []

// Calls the ssh program. Calls of the same turn share a process: starting one costs Node 10 ms of CPU, ssh itself 5.
export function callSsh(server: string, args: readonly string[]): Promise<ConfigAnswer> {
  return new Promise((answered, failed) => {
    if (waiting.length === 0) setImmediate(askWaiting)
    waiting.push({ server, arguments: args, answered, failed })
  })
}

function askWaiting(): void {
  const questions = waiting
  waiting = []
  for (let at = 0; at < questions.length; at += MOST_IN_A_ROW) askInARow(questions.slice(at, at + MOST_IN_A_ROW))
}

// Each answer ends with a mark and the exit code, and is handed over as soon as it is there.
function askInARow(questions: Question[]): void {
  const mark = `flight-${randomBytes(12).toString('hex')}`
  const script = questions
    .map((question) => `${words('ssh', ...question.arguments)} </dev/null 2>&1; printf '\\n%s %s\\n' ${mark} $?`)
    .join('\n')
  const shell = spawn('/bin/sh', ['-c', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C' },
    timeout: LONGEST,
  })
  let text = ''
  shell.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    for (let end = ending(text, mark); end !== undefined; end = ending(text, mark)) {
      questions.shift()?.answered(end.code === 127 ? 'missing' : { code: end.code, stdout: text.slice(0, end.start) })
      text = text.slice(end.after)
    }
  })
  const giveUp = (why: string) => {
    for (const { failed, ...question } of questions.splice(0)) failed(silent(question, why))
  }
  shell.once('error', (error) => giveUp(error.message))
  shell.once('close', () => giveUp(`it did not answer within ${LONGEST / 1000} s`))
}

function silent({ server, arguments: args }: Pick<Question, 'server' | 'arguments'>, why: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_UNREACHABLE',
    ...onServer(server),
    what: `ssh cannot be asked for its configuration: ${why}`,
    hint: `Run \`${words('ssh', ...args)}\`: does a \`Match exec\` in ssh_config wait for something?`,
  })
}

function ending(text: string, mark: string): { start: number; after: number; code: number } | undefined {
  const start = text.indexOf(`\n${mark} `)
  const after = start < 0 ? -1 : text.indexOf('\n', start + 1)
  return after < 0 ? undefined : { start, after: after + 1, code: Number(text.slice(start + mark.length + 2, after)) }
}
