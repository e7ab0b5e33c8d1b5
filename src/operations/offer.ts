import { hostname } from 'node:os'
import { FlightError } from '../model/errors.ts'
import type { Holder } from '../model/host.ts'
import { isEmpty, type Plan } from '../model/plan.ts'
import { exitOfReceipt, type Receipt } from '../model/receipt.ts'
import type { Secret } from '../model/secret.ts'
import type { Asked } from '../model/undertaking.ts'
import { writing } from './files.ts'
import { type Found, holdFor } from './hold.ts'
import type { Session } from './session.ts'
import type { Teller, TextShape } from './teller.ts'

// Something that may be done on servers, and how it is spoken of. `what` goes into locks and the servers' history.
export type Offer = {
  what: string
  plan(session: Session): Promise<{ plan: Plan; how?: How }>
  texts(plan: Plan, shape: TextShape): readonly string[] // what people read before a yes
  document(plan: Plan, receipt: Receipt | null): object
  // Planned again where what was planned changed before anything was done, because it waited for somebody else.
  isPlannedAgain: boolean
}

// What an offer came to. No plan: there was nothing to plan. No receipt: nothing was done.
export type Offered = { plan: Plan | null; receipt: Receipt | null }

// Plan, question, apply: shows what would be done, asks, does exactly that and shows what was done.
export function offer(session: Session, teller: Teller, offered: Offer): Promise<Offered> {
  const once = async (): Promise<Offered> => {
    const { what, document } = offered
    const { plan, how } = await offered.plan(session)
    session.endProgress()
    for (const text of offered.texts(plan, teller.shape)) teller.show(text)
    if (isEmpty(plan)) {
      teller.document(document(plan, null))
      return { plan, receipt: null }
    }
    await teller.confirm('Do this?')
    const { receiptText } = await import('../views/receipt-text.ts')
    const { receipt, file } = await carryOut(session, plan, what, how)
    teller.show(receiptText(receipt, { ...teller.shape, file }))
    teller.document(document(plan, receipt))
    return { plan, receipt }
  }
  return offered.isPlannedAgain ? untilItHolds(session, once) : once()
}

// Whether all of it is as it was offered, on every server.
export function isWhole({ plan, receipt }: Offered): boolean {
  if (receipt !== null) return exitOfReceipt(receipt) === 0
  return plan === null || (plan.missing.length === 0 && plan.blocked.length === 0)
}

// How often it is planned again before somebody else's changes are too many.
const MOST_TURNS = 20

// Does it again where whoever was waited for changed what was planned: nothing was done yet.
export async function untilItHolds<T>({ listen }: Pick<Session, 'listen'>, once: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await once()
    } catch (error) {
      if (turn === MOST_TURNS || !(error instanceof FlightError) || error.problems[0]?.code !== 'FLIGHT_STALE_PLAN')
        throw error
      listen({ event: 'note', text: 'what was planned changed while waiting: planning again' })
    }
  }
}

// Plans what is asked for, with what a session has. Changes nothing anywhere.
export async function planned(session: Session, asked: Asked): Promise<Plan> {
  const { definitions, connect, parallel, listen, signal } = session
  const { makePlan } = await import('../engine/plan/make-plan.ts')
  return makePlan({ definitions, asked, connect, parallel, listen, signal })
}

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
