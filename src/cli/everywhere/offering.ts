import type { Offered } from '../../operations/offer.ts'
import type { Session } from '../../operations/session.ts'
import type { Teller } from '../../operations/teller.ts'
import { exitOfOffered } from './exit-codes.ts'
import type { Everywhere } from './flags.ts'
import { print, printJson, tell } from './output.ts'
import { confirm, refuseWithoutTerminal } from './question.ts'
import { withLastingSession } from './session.ts'
import { shapeOf } from './text-shape.ts'

// `command` opens the log; `title` is what would have to be confirmed, `instead` what to do where nobody can be asked.
type Offering = { command: string; title: string; instead: string }

// Makes an offer at the terminal: refused at once where it would have to be asked and nobody is there. The exit code;
// undefined from the work means that there was nothing to offer. With --json its document goes to `emit`.
export async function offering(
  flags: Everywhere & { yes: boolean },
  { command, title, instead }: Offering,
  work: (session: Session, teller: Teller) => Promise<Offered | undefined>,
  emit: (document: object) => void = printJson,
): Promise<number> {
  if (!flags.yes) refuseWithoutTerminal(title, instead)
  return withLastingSession(command, flags, async (session, interrupted) => {
    const offered = await work(session, tellerFor(flags, session.signal, emit))
    return offered === undefined ? 0 : exitOfOffered(offered, interrupted())
  })
}

// What to do with a plan that somebody reviews elsewhere.
export function reviewFirst(command: string): string {
  return `read the plan first (${command}), then flight apply plan.json; or say --yes`
}

export function lookFirst(command: string): string {
  return `look first (${command}), then say --yes`
}

// Answers on stdout and asks at the terminal, unless --yes said yes already. With --json stdout has the document alone:
// it goes to `emit`, and what people read goes to stderr.
function tellerFor(
  flags: Everywhere & { yes: boolean },
  signal: AbortSignal,
  emit: (document: object) => void = printJson,
): Teller {
  return {
    shape: shapeOf(flags.json ? process.stderr : process.stdout, flags),
    show: flags.json ? tell : print,
    remark: (text) => (flags.json ? undefined : print(text)),
    tell,
    document: (document) => (flags.json ? emit(document) : undefined),
    confirm: (question) => (flags.yes ? Promise.resolve() : confirm(question, signal)),
    isDetailed: flags.verbose,
  }
}
