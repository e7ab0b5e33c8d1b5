import { type Action } from '../../src/model/action.ts'
import { type Plan } from '../../src/model/plan.ts'
import { type Desk } from './desk.ts'

// The plan that lies on a desk.
export function planOn(desk: Desk, file = 'plan.json'): Plan {
  return JSON.parse(desk.text(file)) as Plan
}

export function actionsIn(plan: Plan, server?: string): Action[] {
  return plan.stages.flatMap((stage) =>
    stage.servers.filter((entry) => server === undefined || entry.server === server).flatMap((entry) => entry.actions),
  )
}

// `VERB ADDRESS` of everything that a plan would do, in its order.
export function told(plan: Plan, server?: string): string[] {
  return actionsIn(plan, server).map(({ verb, address }) => `${verb} ${address}`)
}
