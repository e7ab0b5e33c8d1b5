import { hostname } from 'node:os'
import { FlightError } from '../model/errors.ts'
import type { Holder } from '../model/host.ts'
import type { Plan } from '../model/plan.ts'
import type { Receipt } from '../model/receipt.ts'
import type { Secret } from '../model/secret.ts'
import { writing } from './files.ts'
import { type Found, holdFor } from './hold.ts'
import type { Session } from './session.ts'

export type CarriedOut = { receipt: Receipt; file: string | undefined }

// `given`: an archive that was made elsewhere, instead of one of the commit. `found`: commits that were looked up for
// the plan. `wait`: for whoever holds a lock. `contents`: the environment files that are pushed, in base64, by server.
export type How = { given?: string | undefined; found?: Found; wait?: boolean; contents?: ReadonlyMap<string, Secret> }

// Applies a plan and keeps the receipt. Where it cannot be kept the
// work is done all the same: that is noted, and `file` is undefined.
export async function carryOut(
  session: Session,
  plan: Plan,
  what: string,
  { given, found = new Map(), wait = false, contents = new Map() }: How = {},
): Promise<CarriedOut> {
  const { definitions, connect, parallel, who, listen, signal } = session
  const { applyPlan } = await import('../engine/apply/apply-plan.ts')
  const { saveReceipt } = await import('../engine/apply/receipt-file.ts')
  const { hold, letGo } = await holdFor(session, plan, { given, found, contents })
  const receipt = await applyPlan({
    plan,
    definitions,
    hold,
    wait,
    connect,
    parallel,
    holder: holderFor(who, what),
    listen,
    signal,
  }).finally(letGo)
  const { state } = definitions.settings
  const file = await writing(state, () => saveReceipt(receipt, state)).catch((error: unknown) => {
    if (!(error instanceof FlightError)) throw error
    listen({ event: 'note', text: `the receipt is not kept: ${error.message}` })
    return undefined
  })
  session.endProgress()
  return { receipt, file }
}

// Who takes a lock from here, and for what.
function holderFor(who: string, what: string): Holder {
  return { who, from: hostname(), what, since: new Date().toISOString() }
}
