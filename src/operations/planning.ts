import type { Plan } from '../model/plan.ts'
import type { Asked } from '../model/undertaking.ts'
import type { Session } from './session.ts'

// Plans what is asked for, with what a session has. Changes nothing anywhere.
export async function planned(session: Session, asked: Asked): Promise<Plan> {
  const { definitions, connect, parallel, listen, signal } = session
  const { makePlan } = await import('../engine/plan/make-plan.ts')
  return makePlan({ definitions, asked, connect, parallel, listen, signal })
}
