import { isEmpty } from '../model/plan.ts'
import type { Everywhere } from '../cli/everywhere/flags.ts'
import { print, printJson, tell } from '../cli/everywhere/output.ts'
import { shapeOf } from '../cli/everywhere/text-shape.ts'
import { exitOfPlan, exitOfReceipt } from '../cli/everywhere/exit-codes.ts'
import { planScope, type Planning } from './plan-scope.ts'
import { confirm, refuseWithoutTerminal } from '../cli/everywhere/question.ts'
import type { ScopeNames } from './scope.ts'
import { withLastingSession } from './session.ts'

// `what` goes into locks and the servers' history; `review` is the command line that shows the same without doing it.
export type Undertaking = Planning & { what: string; title: string; review: string; names: ScopeNames }

// Plan, question, apply: shows what would be done, asks unless that was answered already, does exactly that.
// With --json its document goes to `emit`.
export async function planAndApply(
  flags: Everywhere & { yes: boolean },
  { what, title, review, names, ...planning }: Undertaking,
  emit: (document: object) => void = printJson,
): Promise<number> {
  if (!flags.yes)
    refuseWithoutTerminal(title, `read the plan first (${review}), then flight apply plan.json; or say --yes`)
  return withLastingSession(what, flags, async (session) => {
    const { planText } = await import('../views/plan-text.ts')
    const plan = await planScope(session, names, planning)
    session.endProgress()
    const shape = shapeOf(flags.json ? process.stderr : process.stdout, flags)
    const answer = (text: string): void => (flags.json ? tell(text) : print(text))
    answer(planText(plan, shape))
    if (isEmpty(plan)) {
      if (flags.json) emit({ plan, receipt: null })
      return exitOfPlan(plan, false)
    }
    if (!flags.yes) await confirm('Do this?', session.signal)
    const { carryOut } = await import('./carry-out.ts')
    const { receiptText } = await import('../views/receipt-text.ts')
    const { receipt, file } = await carryOut(session, plan, what)
    answer(receiptText(receipt, { ...shape, file }))
    if (flags.json) emit({ plan, receipt })
    return exitOfReceipt(receipt, session.interrupted()) || exitOfPlan(plan, false)
  })
}
