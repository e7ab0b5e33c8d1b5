import type { Kind } from './kind.ts'

// A system user exists. One that is there is never changed, only complained about when it is a person's.
export const userKind: Kind<'user'> = {
  facts: ({ name }) => [{ fact: 'user', name }],
  diff(desired, facts) {
    const fact = facts.get({ fact: 'user', name: desired.name })
    if (fact === undefined) return { is: 'change', change: { verb: 'create', before: { is: 'absent' }, because: ['it does not exist'] } }
    if (fact.home !== desired.home) {
      return { is: 'conflict', where: `user ${desired.name}`, what: `exists with the home ${fact.home}, wanted is ${desired.home}`, hint: 'Flight does not take over a user that somebody else made: rename one of the two' }
    }
    return { is: 'same', why: `user ${desired.name} exists` }
  },
  steps: ({ after }) => [{ step: 'user', ...after }],
}
