import type { Problem } from '../../model/errors.ts'
import type { FactQuery, Facts } from '../../model/fact.ts'
import type { Resource } from '../../model/resource.ts'
import { stageName } from '../../model/stage-name.ts'
import { actionOf, differenceOf, factsOfResource } from '../compare.ts'
import type { Wanted } from './compile.ts'
import { withWritten } from './resolve.ts'
import type { ServerPlan } from './plan-server.ts'
import { addressOf } from '../../model/resource.ts'

// What releases do on one server. They touch nothing but their apps: what else is there is not asked.

export function releaseQueries({ resources }: Wanted): FactQuery[] {
  return resources.flatMap(factsOfResource)
}

// Compares what releases want with what is there. Pure.
export function planReleases(server: string, { resources }: Wanted, facts: Facts): ServerPlan {
  const same = new Map<string, string>()
  const blocked: Problem[] = []
  const notes: string[] = []
  const staged = withWritten(resources, facts).flatMap((resource) => {
    const difference = differenceOf(resource, facts)
    if (difference.is === 'conflict') {
      blocked.push({
        code:
          difference.where === 'current' || difference.where.startsWith('release ')
            ? 'FLIGHT_RELEASE'
            : 'FLIGHT_CONFLICT',
        where: `${server} ${difference.where}`,
        what: difference.what,
        hint: difference.hint,
      })
      return []
    }
    notes.push(...(difference.notes ?? []))
    if (difference.is === 'change')
      return [{ stage: stageOf(resource), action: actionOf(server, resource, difference) }]
    same.set(addressOf(server, resource), difference.why)
    return []
  })
  return { configure: [], retire: [], staged, same, install: null, blocked, notes: [...new Set(notes)], leftovers: [] }
}

function stageOf({ stage, name }: Resource): string {
  if (stage === undefined) throw new Error(`bug: ${name} has no stage in a release`)
  return stageName(stage)
}
