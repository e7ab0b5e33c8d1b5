import { plan } from './generated/plan.js'
import { receipt } from './generated/receipt.js'
import type { Validator } from './violation.ts'

// What is wrong with the form of a plan, in one line; undefined when nothing is.
export function validatePlan(value: unknown): string | undefined {
  return firstFault(plan, value)
}

// What is wrong with the form of a receipt, in one line; undefined when nothing is.
export function validateReceipt(value: unknown): string | undefined {
  return firstFault(receipt, value)
}

function firstFault(validate: Validator, value: unknown): string | undefined {
  if (validate(value)) return undefined
  const [error] = validate.errors ?? []
  if (error === undefined) return 'it is not of the published form'
  const more = typeof error.params['additionalProperty'] === 'string' ? ` "${error.params['additionalProperty']}"` : ''
  return `${error.instancePath === '' ? 'the file' : error.instancePath} breaks the rule ${error.keyword}${more}`
}
