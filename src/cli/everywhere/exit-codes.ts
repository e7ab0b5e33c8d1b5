import { EXIT_OF_CODE } from '../../model/errors.ts'
import { isEmpty, type Plan } from '../../model/plan.ts'
import { exitOfReceipt } from '../../model/receipt.ts'
import type { Offered } from '../../operations/offer.ts'

// What a plan alone comes to: 6 when a server could not be asked, 1 when one is blocked.
export function exitOfPlan(plan: Plan, detailed: boolean): number {
  if (plan.missing.length > 0) return 6
  const blocked = plan.blocked[0]
  if (blocked !== undefined) return EXIT_OF_CODE[blocked.code]
  return detailed && !isEmpty(plan) ? 2 : 0
}

// What an offer came to: what was done counts first, then what could not be planned.
export function exitOfOffered({ plan, receipt }: Offered, interrupted: number | undefined): number {
  return (receipt === null ? 0 : exitOfReceipt(receipt, interrupted)) || (plan === null ? 0 : exitOfPlan(plan, false))
}
