import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { readPlan } from '../engine/plan/plan-file.ts'
import type { Plan } from '../model/plan.ts'
import { reading } from './files.ts'

// A plan from a file, `-` is stdin.
export async function readPlanFile(file: string): Promise<Plan> {
  if (file === '-') return readPlan(await text(process.stdin), 'stdin')
  return readPlan(await reading(file, () => readFile(file, 'utf8')), file)
}
