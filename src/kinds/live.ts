import type { BeforeOf, Difference, Reason, Verb } from '../model/action.ts'
import type { LiveDesired } from '../model/resource.ts'
import type { Kind } from './kind.ts'
import { liveIn, ofRelease, releaseIn, staysLive } from './releases.ts'

const VERBS: Record<LiveDesired['does'], Verb> = {
  ready: 'prepare',
  switch: 'switch',
  confirm: 'confirm',
  settle: 'note',
}

// A release is live: `current` points to it, it was seen to answer on all servers, and it counts as one to go back to.
export const liveKind: Kind<'live'> = {
  facts: ({ app }) => [{ fact: 'releases', app }],
  diff(desired, facts): Difference<BeforeOf['live']> {
    const live = liveIn(facts, desired.app)
    const { current } = facts.get({ fact: 'releases', app: desired.app })
    if (current.is === 'other')
      return {
        is: 'conflict',
        code: 'FLIGHT_RELEASE',
        where: 'current',
        what: `${current.what}, no release of Flight`,
        hint: 'look at it on the server; `current` must be a link to a folder in releases/, or not be there',
      }
    if (desired.does === 'settle') {
      if (live === desired.release && releaseIn(facts, desired)?.settled === true)
        return { is: 'same', why: 'it was live and healthy on all servers' }
    } else if (staysLive(facts, desired)) return { is: 'same', why: 'it is live' }
    return { is: 'change', change: { verb: VERBS[desired.does], before: { live }, because: [reasonOf(desired, live)] } }
  },
  steps: ({ before, after: { app, release, does, back } }) => [
    { step: 'live', app, release, does, previous: before.live, back },
  ],
  undo: ({ before, after: { app, release, does, back } }, why) => [
    ...(does === 'switch' || does === 'ready'
      ? [{ step: 'live' as const, app, release, does: 'back' as const, previous: before.live, back }]
      : []),
    { step: 'fail', app, release, why },
  ],
  said: ({ before, after }) => ({
    noun: 'release',
    name: `${after.release} of ${after.app}`,
    facts: factsOf(after, before.live ?? 'no release'),
  }),
  called: (name) => ofRelease(name, (release) => `release ${release}`),
  // Half of the servers may have switched before a run ended.
  holds: (planned, now) => planned.before.live === now.before.live || now.before.live === planned.after.release,
}

function factsOf({ does, release, back }: LiveDesired, was: string): string[] {
  switch (does) {
    case 'ready':
      return ['what it holds is noted, the next `current` lies beside the one that is']
    case 'switch':
      return [
        `current ${was} -> ${release}, on all servers at once`,
        `each goes back by itself after ${back} s unless all of them answer`,
      ]
    case 'confirm':
      return ['from now on it stays']
    case 'settle':
      return ['it was live and healthy on all servers']
  }
}

function reasonOf({ release, does }: LiveDesired, live: string | null): Reason {
  switch (does) {
    case 'ready':
    case 'switch':
      if (live === release) return { code: 'unconfirmed', text: 'it is live, and no run has confirmed that it stays' }
      if (live === null) return { code: 'goes-live', text: 'no release is live' }
      return { code: 'goes-live', text: does === 'ready' ? `${live} is live` : `live is ${live}` }
    case 'confirm':
      return { code: 'unconfirmed', text: 'otherwise this server goes back by itself' }
    case 'settle':
      return { code: 'unsettled', text: 'from then on it is one to go back to' }
  }
}
