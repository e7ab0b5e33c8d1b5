import { FlightError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import type { Receipt } from '../../model/receipt.ts'
import { writing } from './file-fault.ts'
import { holderFor } from './holder.ts'
import type { Session } from './session.ts'

export type CarriedOut = { receipt: Receipt; file: string | undefined }

// Applies a plan and keeps the receipt. Where it cannot be kept the work is done all the same: that is noted, and `file`
// is undefined.
export async function carryOut(session: Session, plan: Plan, what: string): Promise<CarriedOut> {
  const { definitions, connect, parallel, listen, signal } = session
  const { applyPlan } = await import('../../engine/apply-plan.ts')
  const { saveReceipt } = await import('../../engine/receipt-file.ts')
  const receipt = await applyPlan({ plan, definitions, connect, parallel, holder: holderFor(what), listen, signal })
  const { state } = definitions.settings
  const file = await writing(state, () => saveReceipt(receipt, state)).catch((error: unknown) => {
    if (!(error instanceof FlightError)) throw error
    listen({ event: 'note', text: `the receipt is not kept: ${error.message}` })
    return undefined
  })
  session.endProgress()
  return { receipt, file }
}
