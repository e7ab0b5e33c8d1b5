import { EXIT_OF_CODE, type Problem } from '../../model/errors.ts'
import { isEmpty, type Plan } from '../../model/plan.ts'
import type { Receipt } from '../../model/receipt.ts'

// Once something may have been written, only these say how it went.
const AFTER_WRITING: readonly number[] = [1, 6, 7]

// What a plan alone comes to: 6 when a server could not be asked, 1 when one is blocked.
export function exitOfPlan(plan: Plan, detailed: boolean): number {
  if (plan.missing.length > 0) return 6
  const blocked = plan.blocked[0]
  if (blocked !== undefined) return EXIT_OF_CODE[blocked.code]
  return detailed && !isEmpty(plan) ? 2 : 0
}

// How an apply ended; `interrupted` is what the signal asks for.
export function exitOfReceipt(receipt: Receipt, interrupted: number | undefined): number {
  switch (receipt.outcome) {
    case 'done':
      return receipt.servers.some(({ outcome }) => outcome === 'unreachable') ? 6 : 0
    case 'failed':
    case 'went back':
      return exitOfFirst(receipt.problems)
    case 'interrupted':
      return interrupted ?? 130
  }
}

function exitOfFirst(problems: readonly Problem[]): number {
  const first = problems[0]
  const exit = first === undefined ? 1 : EXIT_OF_CODE[first.code]
  return AFTER_WRITING.includes(exit) ? exit : 1
}
