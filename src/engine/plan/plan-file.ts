import { type ErrorCode, FlightError, type Problem, type ServerProblem } from '../../model/errors.ts'
import { type Plan, PLAN_FORMAT } from '../../model/plan.ts'
import { plan } from '../../schema/generated/plan.js'
import { receipt } from '../../schema/generated/receipt.js'
import type { Validator } from '../../schema/violation.ts'
import { canonical, digestOf } from '../digest.ts'
import { askedBefore, type OlderPlan } from '../undertakings/asked-before.ts'

// The largest plan that is read, in bytes: 500 servers with long files stay far below it.
export const MOST_PLAN_BYTES = 64 * 1024 * 1024

// How deep lists and objects of a plan may lie in each other. Reviewed ones stay below 16; what walks one calls itself.
const MOST_DEPTH = 64

// The bytes of a plan file: canonical JSON and a newline, the same for the same plan.
export function writePlan(plan: Plan): string {
  return `${canonical(plan)}\n`
}

// Reads a plan file to apply it. It is not trusted: form, format, digest and spelling are checked before anything in it
// is looked at.
export function readPlan(text: string, where: string): Plan {
  const { plan } = readShownPlan(text, where)
  if (plan.format === PLAN_FORMAT) return plan
  throw refusal(
    where,
    'FLIGHT_PLAN_FORMAT',
    `has format ${plan.format}, which is shown and not applied any more`,
    'plan again',
  )
}

// Reads a plan file to show it, `value` being what is written in it. Nothing of what it holds is quoted where it is no
// plan: it may be a file of somebody else.
export function readShownPlan(text: string, where: string): { plan: Plan; value: unknown } {
  const refuse = (code: ErrorCode, what: string, hint: string) => refusal(where, code, what, hint)
  if (text.length > MOST_PLAN_BYTES) throw tooLarge(where)
  if (isDeeperThan(MOST_DEPTH, text))
    throw refuse('FLIGHT_PLAN_UNREADABLE', `is nested deeper than ${MOST_DEPTH} levels; no plan is`, 'plan again')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw refuse(
      'FLIGHT_PLAN_UNREADABLE',
      'is not a complete plan file: it is not JSON',
      'it may be cut off; plan again, or fetch the file again',
    )
  }
  const format = (value as { format?: unknown } | null)?.format
  if (format === undefined) throw refuse('FLIGHT_PLAN_UNREADABLE', 'is no plan of Flight', '`flight plan` writes one')
  if (format !== 1 && format !== 2 && format !== PLAN_FORMAT)
    throw refuse(
      'FLIGHT_PLAN_FORMAT',
      `has a format that this Flight does not know; it knows format ${PLAN_FORMAT}`,
      'plan again with this version of Flight, or apply with the version that made the plan',
    )
  const { digest, ...body } = value as { digest?: unknown }
  const actual = digestOf(body)
  if (digest !== actual) {
    throw refuse(
      'FLIGHT_PLAN_EDITED',
      `was changed after it was made: its content has the digest ${actual}, it says ` +
        (typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : 'none'),
      'plan again: a plan is reviewed and applied as it was made',
    )
  }
  refuseOtherSpelling(text, value, where)
  const plan = format === PLAN_FORMAT ? (value as object) : modern(text, format)
  const wrong = validatePlan({ ...plan, format: PLAN_FORMAT })
  if (wrong !== undefined)
    throw refuse('FLIGHT_PLAN_FORMAT', `does not fit the format of plans: ${wrong}`, 'plan again')
  const read = plan as Plan
  return {
    plan: { ...read, missing: read.missing.map(withServer), blocked: read.blocked.map(withServer) },
    value,
  }
}

export function tooLarge(where: string): FlightError {
  return refusal(where, 'FLIGHT_PLAN_UNREADABLE', 'is larger than a plan can be (64 MB)', 'plan again')
}

// One plan has one spelling: what a reader's JSON program shows is then what is applied, with no key written twice.
function refuseOtherSpelling(text: string, value: unknown, where: string): void {
  const spelled = `${canonical(value)}\n`
  if (text === spelled) return
  const isLineEnd = text.replaceAll('\r\n', '\n') === spelled
  throw refusal(
    where,
    'FLIGHT_PLAN_EDITED',
    isLineEnd
      ? 'has Windows line ends (CR LF), which Flight did not write'
      : 'holds a plan, but not byte for byte as Flight wrote it: a key appears twice, or the file was reformatted',
    isLineEnd
      ? 'git may have changed them at checkout: put `plans/*.json -text` into .gitattributes'
      : 'fetch the file again, byte for byte, or plan again',
  )
}

// Whether brackets outside of texts are nested deeper than that. Linear, without recursion.
function isDeeperThan(most: number, text: string): boolean {
  let depth = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isInText) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) isInText = false
    } else if (code === QUOTE) isInText = true
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > most) return true
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
  }
  return false
}

const [BACKSLASH, QUOTE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [92, 34, 91, 93, 123, 125]

// A plan of an older format as one of today, to be shown. Format 1 has no codes: its reasons get the one that says so.
function modern(text: string, format: 1 | 2): object {
  const { scope, options, ...rest } = (format === 1 ? JSON.parse(text, withCodes) : JSON.parse(text)) as OlderPlan
  return { ...rest, asked: askedBefore({ scope, options, ...rest }) }
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
