import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { readPlan, readShownPlan } from '../engine/plan/plan-file.ts'
import { FlightError } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import { reading } from './files.ts'

// A plan from a file, to be applied; `-` is stdin.
export async function readPlanFile(file: string): Promise<Plan> {
  return readPlan(...(await textOf(file)))
}

// A plan from a file, to be shown; `value`: what is written there.
export async function readShownPlanFile(file: string): Promise<{ plan: Plan; value: unknown }> {
  return readShownPlan(...(await textOf(file)))
}

async function textOf(file: string): Promise<[text: string, where: string]> {
  return file === '-' ? [await text(process.stdin), 'stdin'] : [await reading(file, () => readFile(file, 'utf8')), file]
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
