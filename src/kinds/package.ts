import type { Kind } from './kind.ts'

// A package is installed, in whatever version: Flight never upgrades one that is there.
export const packageKind: Kind<'package'> = {
  facts: ({ name }) => [{ fact: 'package', name }],
  diff({ name }, facts) {
    const fact = facts.get({ fact: 'package', name })
    if (fact.installed !== undefined) return { is: 'same', why: `${name} ${fact.installed} is installed` }
    const before =
      fact.candidate === undefined || fact.transaction.listsOutdated
        ? { is: 'absent' as const }
        : { is: 'absent' as const, candidate: fact.candidate }
    return {
      is: 'change',
      change: { verb: 'install', before, because: [{ code: 'missing', text: 'it is not installed' }] },
    }
  },
  // Neighbouring installs become one transaction; what else it may touch the engine adds from the plan.
  steps: ({ after }) => [
    { step: 'install', packages: [after.name], refresh: false, upgrades: [], removes: [], sources: [] },
  ],
  said: ({ before, after }) => ({
    noun: 'package',
    name: after.name,
    facts: [before.candidate ?? 'version decided after the lists are refreshed'],
  }),
  holds: (planned, now) => planned.before.candidate === undefined || planned.before.candidate === now.before.candidate,
  installs: ({ before, after }) => ({ name: after.name, version: before.candidate }),
}
