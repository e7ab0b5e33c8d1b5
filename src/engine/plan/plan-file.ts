import { type ErrorCode, FlightError, type Problem, type ServerProblem } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { plan } from '../../schema/generated/plan.js'
import { receipt } from '../../schema/generated/receipt.js'
import type { Validator } from '../../schema/violation.ts'
import { canonical, digestOf } from '../digest.ts'

// The largest plan that is read: 500 servers with long files stay far below it.
const MOST_BYTES = 64 * 1024 * 1024

// The bytes of a plan file: canonical JSON and a newline, the same for the same plan.
export function writePlan(plan: Plan): string {
  return `${canonical(plan)}\n`
}

// Reads a plan file to apply it. It is not trusted: form, format and digest are checked before anything in it is looked
// at.
export function readPlan(text: string, where: string): Plan {
  const { plan } = readShownPlan(text, where)
  if (plan.format === 2) return plan
  throw refusal(where, 'FLIGHT_PLAN_FORMAT', 'has format 1, which is shown and not applied any more', 'plan again')
}

// Reads a plan file to show it, `value` being what is written in it. One of format 1 has no codes: its reasons get the
// one that says so.
export function readShownPlan(text: string, where: string): { plan: Plan; value: unknown } {
  const refuse = (code: ErrorCode, what: string, hint: string) => refusal(where, code, what, hint)
  if (text.length > MOST_BYTES) throw refuse('FLIGHT_PLAN_UNREADABLE', 'is larger than a plan can be', 'plan again')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw refuse(
      'FLIGHT_PLAN_UNREADABLE',
      `is not a whole plan file: ${error.message}`,
      'it may be cut off; plan again, or fetch the file again',
    )
  }
  const format = (value as { format?: unknown } | null)?.format
  if (format === undefined) throw refuse('FLIGHT_PLAN_UNREADABLE', 'is no plan of Flight', '`flight plan` writes one')
  if (format !== 1 && format !== 2)
    throw refuse(
      'FLIGHT_PLAN_FORMAT',
      `has the format ${JSON.stringify(format)?.slice(0, 40)}; this Flight knows format 2`,
      'plan again with this version of Flight, or apply with the version that made the plan',
    )
  const { digest, ...body } = value as { digest?: unknown }
  const actual = digestOf(body)
  if (digest !== actual) {
    throw refuse(
      'FLIGHT_PLAN_EDITED',
      `was changed after it was made: its content has the digest ${actual}, it says ` +
        (typeof digest === 'string' ? digest.slice(0, 80) : 'none'),
      'plan again: a plan is reviewed and applied as it was made',
    )
  }
  const plan = format === 1 ? (JSON.parse(text, withCodes) as object) : (value as object)
  const wrong = validatePlan({ ...plan, format: 2 })
  if (wrong !== undefined)
    throw refuse('FLIGHT_PLAN_FORMAT', `does not fit the format of plans: ${wrong}`, 'plan again')
  const read = plan as Plan
  return {
    plan: { ...read, missing: read.missing.map(withServer), blocked: read.blocked.map(withServer) },
    value,
  }
}

// Plans made before problems had a `server` have it in front of `where` alone.
function withServer(problem: Problem): ServerProblem {
  return { ...problem, server: problem.server ?? /^[^/\s]*/.exec(problem.where)?.[0] ?? '' }
}

function withCodes(key: string, value: unknown): unknown {
  return key === 'because' && Array.isArray(value) ? value.map((text) => ({ code: 'not-recorded', text })) : value
}

function refusal(where: string, code: ErrorCode, what: string, hint: string): FlightError {
  return new FlightError({ code, where, what, hint })
}

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
