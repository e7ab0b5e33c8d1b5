import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { MOST_PLAN_BYTES, readPlan, readShownPlan, tooLarge } from '../engine/plan/plan-file.ts'
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
  const where = file === '-' ? 'stdin' : file
  const bytes = file === '-' ? await atMost(process.stdin, where) : await bytesOf(file)
  try {
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), where]
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw unreadable(where, 'is not UTF-8 text, so it is not a plan', '`flight plan` writes one')
  }
}

// The bytes of a plain file. Nothing is read of what a link leads to, of a device, or of more than a plan can be.
async function bytesOf(file: string): Promise<Buffer> {
  const handle = await reading(file, () =>
    open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error
      throw unreadable(
        file,
        'is a symbolic link; a plan must be a regular file',
        'give the path of the file it points to',
      )
    }),
  )
  try {
    const found = await handle.stat()
    if (!found.isFile())
      throw unreadable(
        file,
        `is a ${found.isDirectory() ? 'folder' : 'device or a pipe'}; a plan must be a regular file`,
        'give the path of the plan file; to read it from a pipe, use `-`',
      )
    if (found.size > MOST_PLAN_BYTES) throw tooLarge(file)
    return await atMost(handle.createReadStream({ autoClose: false }), file)
  } finally {
    await handle.close()
  }
}

async function atMost(stream: AsyncIterable<Buffer | string>, where: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MOST_PLAN_BYTES) throw tooLarge(where)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function unreadable(where: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_PLAN_UNREADABLE', where, what, hint })
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
