import type { BeforeOf, Difference } from '../model/action.ts'
import type { ReleaseFact } from '../model/fact.ts'
import type { PruneDesired } from '../model/resource.ts'
import type { Kind } from './kind.ts'
import { ofRelease } from './releases.ts'

// Old releases are gone. What is looked at again on the server before anything
// goes: whether it is in use, and whether it holds what nobody else has.
export const pruneKind: Kind<'prune'> = {
  facts: ({ app }) => [{ fact: 'releases', app }],
  diff(desired, facts): Difference<BeforeOf['prune']> {
    const { releases } = facts.get({ fact: 'releases', app: desired.app })
    const old = oldReleases(
      desired,
      releases.filter(({ name }) => name !== desired.release),
    )
    const stay = releases
      .filter(({ kept }) => kept !== undefined)
      .map(
        ({ name, kept }) =>
          `release ${name} of ${desired.app} is kept beyond keep_releases: ${kept?.replace(/^\S+ /, '')}`,
      )
    if (old.length === 0) return { is: 'same', why: `there are no more than ${desired.keep} releases`, notes: stay }
    return {
      is: 'change',
      change: {
        verb: 'prune',
        before: { releases: old },
        because: [{ code: 'too-many', text: `keep_releases is ${desired.keep}` }],
      },
      notes: stay,
    }
  },
  steps: ({ before, after: { app, release, socket } }) => [
    { step: 'prune', app, release, releases: before.releases, socket },
  ],
  said: ({ before, after }) => ({
    noun: 'releases',
    name: `${before.releases.join(', ')} of ${after.app}`,
    facts: ['except what is in use, and what holds files that nobody else has'],
  }),
  called: (name) => ofRelease(name, (release) => `old releases for ${release}`),
  holds: () => true, // what was begun is gone on with
}

// Those that were good, beside the one that goes live, the last that was live first, up to the
// number, and always that one: it is what one goes back to; of the others only the newest, for
// whoever looks for what went wrong. One that this very release had to keep is not tried again
// by it. The one that is live may be among them while planning: by then another one is.
function oldReleases({ keep, release }: PruneDesired, others: readonly ReleaseFact[]): string[] {
  const there = others.filter(({ present, note }) => present || note !== undefined)
  const good = there.filter(({ good: when }) => when !== undefined).sort((a, b) => (b.live ?? 0) - (a.live ?? 0))
  const bad = there
    .filter(({ good: when }) => when === undefined)
    .sort((a, b) => ((a.note?.when ?? '') < (b.note?.when ?? '') ? 1 : -1))
  return [...good.slice(Math.max(1, keep - 1)), ...bad.slice(1)]
    .filter(({ kept }) => kept?.startsWith(`${release} `) !== true)
    .map(({ name }) => name)
    .sort()
}
