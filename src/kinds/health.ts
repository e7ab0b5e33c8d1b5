import type { BeforeOf, Difference } from '../model/action.ts'
import { count } from '../model/words.ts'
import type { Kind } from './kind.ts'
import { pushIn, pushQuery } from './pushes.ts'
import { liveIn, ofRelease, staysLive } from './releases.ts'

// A release has answered as wanted. That is not written down anywhere: until
// the release stays live, or what was pushed stays, it is asked again.
export const healthKind: Kind<'health'> = {
  facts: ({ app, push }) => [{ fact: 'releases', app }, ...(push === undefined ? [] : [pushQuery(app)])],
  diff(desired, facts): Difference<BeforeOf['health']> {
    if (desired.push !== undefined) {
      if (pushIn(facts, desired.app, desired.push)?.settled === true)
        return { is: 'same', why: 'it answered with the environment file that lies there' }
      return {
        is: 'change',
        change: {
          verb: 'check',
          before: { live: liveIn(facts, desired.app) },
          because: [{ code: 'other-environment', text: 'it reads another environment file' }],
        },
      }
    }
    if (staysLive(facts, desired)) return { is: 'same', why: 'it is live, and answered when it went live' }
    return {
      is: 'change',
      change: {
        verb: 'check',
        before: { live: liveIn(facts, desired.app) },
        because: [{ code: 'goes-live', text: desired.through.is === 'pool' ? 'it is to be live' : 'it goes live' }],
      },
    }
  },
  steps: ({ after: { app, release, through, check } }) => [{ step: 'check', app, release, through, check }],
  undo: ({ after: { app, release, push } }, why) => (push === undefined ? [{ step: 'fail', app, release, why }] : []),
  said({ after: { app, release, through, check } }) {
    const where = through.is === 'pool' ? "through its pool's socket, before it is live" : 'through nginx'
    const facts =
      check === null
        ? ['what OPcache holds of it is dropped']
        : [
            `${check.host}${check.path} with ${check.status}, ${where}`,
            `at most ${count(check.retries + 1, 'try', 'tries')} of ${check.timeout} s`,
          ]
    return { noun: 'that', name: `${release} of ${app} answers`, facts }
  },
  called: (name) => ofRelease(name, (release, part) => `${release} through its ${part}`),
  holds: () => true, // what was begun is gone on with
}
