import type { BeforeOf, Difference } from '../model/action.ts'
import type { Kind } from './kind.ts'
import { liveIn, staysLive } from './releases.ts'

// A release has answered as wanted. That is not written down anywhere: until the release stays live it is asked again.
export const healthKind: Kind<'health'> = {
  facts: ({ app }) => [{ fact: 'releases', app }],
  diff(desired, facts): Difference<BeforeOf['health']> {
    if (staysLive(facts, desired)) return { is: 'same', why: 'it is live, and answered when it went live' }
    return { is: 'change', change: { verb: 'check', before: { live: liveIn(facts, desired.app) }, because: [desired.through.is === 'pool' ? 'it is to be live' : 'it goes live'] } }
  },
  steps: ({ after: { app, release, through, check } }) => [{ step: 'check', app, release, through, check }],
  undo: ({ after: { app, release } }, why) => [{ step: 'fail', app, release, why }],
}
