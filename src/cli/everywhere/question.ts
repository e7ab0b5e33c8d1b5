import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { FlightError } from '../../model/errors.ts'
import { Secret } from '../../model/secret.ts'

// Whether somebody is there who can be asked: questions are read from stdin and shown on stderr.
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

// Refuses what would have to be asked when nobody is there; `instead` names the flag that answers it.
export function refuseWithoutTerminal(what: string, instead: string): void {
  if (canAsk()) return
  throw new FlightError({
    code: 'FLIGHT_NOT_CONFIRMED',
    where: '',
    what: `${what} has to be confirmed, and there is no terminal to ask at`,
    hint: instead,
  })
}

// Asks until it is yes or no; nothing is no, and no is refused with FLIGHT_NOT_CONFIRMED.
export async function confirm(question: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = (await readAnswer(`${question} [y/N] `, process.stderr, signal)).trim().toLowerCase()
    if (answer === 'y' || answer === 'yes') return
    if (answer === '' || answer === 'n' || answer === 'no') {
      throw new FlightError({ code: 'FLIGHT_NOT_CONFIRMED', where: '', what: 'not confirmed: nothing was done' })
    }
  }
}

// Asks without showing what is typed.
export async function askSecret(question: string, signal: AbortSignal): Promise<Secret> {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = await readAnswer('', nowhere, signal)
  process.stderr.write('\n')
  return new Secret(answer)
}

function readAnswer(question: string, output: NodeJS.WritableStream, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: process.stdin, output, terminal: true })
    const give = (): void => {
      process.stderr.write('\n')
      reject(
        new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted at a question: nothing was done' }),
      )
      lines.close()
    }
    signal.addEventListener('abort', give, { once: true })
    // At a prompt the terminal is in raw mode: Ctrl-C is a key, not a signal.
    lines.on('SIGINT', give)
    lines.on('close', () => {
      signal.removeEventListener('abort', give)
      resolve('')
    })
    lines.question(question, (answer) => {
      resolve(answer)
      lines.close()
    })
  })
}
