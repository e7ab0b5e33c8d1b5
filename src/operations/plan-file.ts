import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { readPlan } from '../engine/plan/plan-file.ts'
import { FlightError } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import { reading } from './files.ts'

// A plan from a file, `-` is stdin.
export async function readPlanFile(file: string): Promise<Plan> {
  if (file === '-') return readPlan(await text(process.stdin), 'stdin')
  return readPlan(await reading(file, () => readFile(file, 'utf8')), file)
}

// Refuses a plan that is not the one with this digest (with or without "sha256:").
export function refuseUnexpected(plan: Plan, expected: string | undefined, file: string): void {
  if (expected === undefined || plan.digest === `sha256:${expected.replace(/^sha256:/, '')}`) return
  throw new FlightError({
    code: 'FLIGHT_PLAN_NOT_EXPECTED',
    where: file,
    what: `is not the plan that was expected: its digest is ${plan.digest}, expected is ${expected}`,
    hint: 'Apply the file that was reviewed, or review this one: flight show',
  })
}
