import type { Offered } from '../../operations/offer.ts'
import type { Session } from '../../operations/session.ts'
import type { Teller } from '../../operations/teller.ts'
import { exitOfOffered } from './exit-codes.ts'
import type { Everywhere } from './flags.ts'
import { printJson } from './output.ts'
import { refuseWithoutTerminal } from './question.ts'
import { withLastingSession } from './session.ts'
import { tellerFor } from './teller.ts'

// `command` opens the log; `title` is what would have to be confirmed, `instead` what to do where nobody can be asked.
export type Offering = { command: string; title: string; instead: string }

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
