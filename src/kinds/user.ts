import type { Kind } from './kind.ts'

// A person's account: useradd gives system users numbers below it (login.defs, SYS_UID_MAX).
const FIRST_PERSON = 1000

// A system user exists. One that is there is never changed, and refused when it is somebody else's.
export const userKind: Kind<'user'> = {
  facts: ({ name }) => [
    { fact: 'user', name },
    { fact: 'group', name },
  ],
  diff(desired, facts) {
    const fact = facts.get({ fact: 'user', name: desired.name })
    if (fact === undefined && facts.get({ fact: 'group', name: desired.name })) {
      return {
        is: 'conflict',
        where: `group ${desired.name}`,
        what: 'is there without a user of that name, which would be its own',
        hint: 'rename one of the two, or remove the group if nobody needs it',
      }
    }
    if (fact === undefined)
      return {
        is: 'change',
        change: { verb: 'create', before: { is: 'absent' }, because: [{ code: 'missing', text: 'it does not exist' }] },
      }
    if (fact.home !== desired.home) {
      return {
        is: 'conflict',
        where: `user ${desired.name}`,
        what: `exists with the home ${fact.home}, wanted is ${desired.home}`,
        hint: 'Flight does not take over a user that somebody else made: rename one of the two',
      }
    }
    if (desired.scope !== 'cluster' && fact.uid >= FIRST_PERSON) {
      return {
        is: 'conflict',
        where: `user ${desired.name}`,
        what: `is a person's account (uid ${fact.uid}), the app wants a system user of that name`,
        hint: 'rename the app: its name becomes a user of its own',
      }
    }
    return { is: 'same', why: `user ${desired.name} exists` }
  },
  steps: ({ after }) => [{ step: 'user', ...after }],
  said: ({ after }) => ({ noun: 'user', name: after.name, facts: [`home ${after.home}`, `shell ${after.shell}`] }),
  counted: { one: 'user', many: 'users', isFile: false },
}
