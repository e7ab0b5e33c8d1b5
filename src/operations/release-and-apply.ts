import { FlightError } from '../model/errors.ts'
import { isEmpty, type Plan } from '../model/plan.ts'
import type { Everywhere } from '../cli/everywhere/flags.ts'
import { print, printJson, tell } from '../cli/everywhere/output.ts'
import { shapeOf } from '../cli/everywhere/text-shape.ts'
import type { How } from './carry-out.ts'
import { exitOfPlan, exitOfReceipt } from '../cli/everywhere/exit-codes.ts'
import { planReleases, type WrittenWish } from './release/plan-releases.ts'
import { confirm, refuseWithoutTerminal } from '../cli/everywhere/question.ts'
import { type Session, withLastingSession } from './session.ts'

type Flags = Everywhere & { yes: boolean; wait: boolean }

// `what` goes into locks and the servers' history; `review` is the command line that shows without doing.
export type Releasing = { what: string; title: string; review: string; wish: WrittenWish; given: string | undefined }

// Plan, question, apply, for a release of one app or the way back. A server that is missing or blocked ends it before
// anything happens. With --json its document goes to `emit`.
export async function releaseAndApply(
  flags: Flags,
  { what, title, review, wish, given }: Releasing,
  emit: (document: object) => void = printJson,
): Promise<number> {
  if (!flags.yes) refuseWithoutTerminal(title, `look first (${review}), then say --yes`)
  return withLastingSession(what, flags, async (session) => {
    const shape = shapeOf(flags.json ? process.stderr : process.stdout, flags)
    const answer = (text: string): void => (flags.json ? tell(text) : print(text))
    for (let turn = 1; ; turn++) {
      const { planText } = await import('../views/plan-text.ts')
      const { plan, found } = await planReleases(session, [wish])
      session.endProgress()
      answer(planText(plan, shape))
      if (plan.missing.length > 0) answer(wayOutFor(plan))
      if (isEmpty(plan)) {
        if (flags.json) emit({ plan, receipt: null })
        return exitOfPlan(plan, false)
      }
      if (!flags.yes) await confirm('Do this?', session.signal)
      try {
        return await carriedOut(session, plan, { what, given, found, wait: flags.wait }, flags, answer, emit)
      } catch (error) {
        // Whoever was waited for released something meanwhile: nothing
        // was done yet, so what is to be done is looked at anew.
        if (
          !flags.wait ||
          turn === MOST_TURNS ||
          !(error instanceof FlightError) ||
          error.problems[0]?.code !== 'FLIGHT_STALE_PLAN'
        )
          throw error
        session.listen({ event: 'note', text: 'what was planned changed while waiting: planning again' })
      }
    }
  })
}

// How often whoever waits plans again before somebody else's releases are too many.
const MOST_TURNS = 20

async function carriedOut(
  session: Session,
  plan: Plan,
  { what, ...how }: How & { what: string },
  flags: Flags,
  answer: (text: string) => void,
  emit: (document: object) => void,
): Promise<number> {
  const { carryOut } = await import('./carry-out.ts')
  const { receiptText } = await import('../views/receipt-text.ts')
  const { receipt, file } = await carryOut(session, plan, what, how)
  answer(receiptText(receipt, { ...shapeOf(flags.json ? process.stderr : process.stdout, flags), file }))
  if (flags.json) emit({ plan, receipt })
  return exitOfReceipt(receipt, session.interrupted())
}

// A server that cannot be asked stops a release; whoever knows that it is down says so.
function wayOutFor({ missing }: Plan): string {
  const away = [...new Set(missing.map(({ where }) => where.split(' ')[0] ?? ''))]
  return (
    `A release is on all servers or on none. To release without ${away.join(', ')}, which then ` +
    `${away.length === 1 ? 'serves' : 'serve'} what ${away.length === 1 ? 'it has' : 'they have'}:\n  ` +
    `${away.map((name) => `--without-server ${name}`).join(' ')}\n`
  )
}
