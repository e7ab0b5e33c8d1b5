import { kindOf } from '../../kinds/kinds.ts'
import type { Action } from '../../model/action.ts'
import { onServer, type ServerProblem } from '../../model/errors.ts'
import type { Facts } from '../../model/fact.ts'
import type { PlannedInstall } from '../../model/plan.ts'

// What apt will do for a server's missing packages in one
// transaction, and whether that keeps the promise to install only.
export function judgeInstall(
  server: string,
  actions: readonly Action[],
  facts: Facts,
  allowUpgrades: boolean,
): { install: PlannedInstall | null; blocked: ServerProblem[] } {
  const missing = actions.flatMap((action) => kindOf(action.kind).installs?.(action).name ?? [])
  const [first] = missing
  if (first === undefined) return { install: null, blocked: [] }
  const { transaction } = facts.get({ fact: 'package', name: first })
  const unknown = missing.filter((name) => facts.get({ fact: 'package', name }).candidate === undefined)
  const refresh =
    transaction.listsOutdated || unknown.length > 0 || actions.some(({ kind }) => kindOf(kind).isAptSource)
  const { installs, upgrades, removes, interrupted } = transaction
  const install: PlannedInstall = { refresh, interrupted, installs: refresh ? [] : installs, upgrades, removes }
  if (transaction.refusal !== undefined && !refresh) {
    return {
      install,
      blocked: [
        {
          code: 'FLIGHT_CONFLICT',
          ...onServer(server),
          what: `apt finds no way to install what is missing: ${transaction.refusal}`,
          hint: 'settle it on the server (held packages? sources that do not fit together?) and plan again',
        },
      ],
    }
  }
  const touched = [
    ...upgrades.map(({ name, from, to }) => `upgrade ${name} from ${from} to ${to}`),
    ...removes.map(({ name, version }) => `remove ${name} ${version}`),
  ]
  if (touched.length === 0 || allowUpgrades) return { install, blocked: [] }
  return {
    install,
    blocked: [
      {
        code: 'FLIGHT_WOULD_UPGRADE',
        ...onServer(server),
        what: `installing ${missing.join(', ')} would ${touched.join(', ')}`,
        hint: 'Flight installs only; if this is right, plan with --allow-upgrades',
      },
    ],
  }
}
