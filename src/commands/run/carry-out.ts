import type { Plan } from '../../model/plan.ts'
import type { Receipt } from '../../model/receipt.ts'
import { holderFor } from './holder.ts'
import type { Session } from './session.ts'

export type CarriedOut = { receipt: Receipt; file: string }

// Applies a plan and keeps the receipt.
export async function carryOut(session: Session, plan: Plan, what: string): Promise<CarriedOut> {
  const { definitions, connect, parallel, listen, signal } = session
  const { applyPlan } = await import('../../engine/apply-plan.ts')
  const { saveReceipt } = await import('../../engine/receipt-file.ts')
  const receipt = await applyPlan({ plan, definitions, connect, parallel, holder: holderFor(what), listen, signal })
  const file = await saveReceipt(receipt, definitions.settings.state)
  session.endProgress()
  return { receipt, file }
}
