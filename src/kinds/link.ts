import type { Reason } from '../model/action.ts'
import type { Kind } from './kind.ts'

// A symbolic link with this target.
export const linkKind: Kind<'link'> = {
  facts: ({ path }) => [{ fact: 'file', path, wanted: undefined }],
  diff(desired, facts) {
    const fact = facts.get({ fact: 'file', path: desired.path, wanted: undefined })
    if (fact.type === 'absent')
      return {
        is: 'change',
        change: { verb: 'create', before: { is: 'absent' }, because: [{ code: 'missing', text: 'it does not exist' }] },
      }
    if (fact.type !== 'link') {
      return {
        is: 'conflict',
        where: desired.path,
        what: `is a ${fact.type}, a link is wanted`,
        hint: 'move it away and plan again',
      }
    }
    const { target, owner, group } = fact
    if (target === desired.target && owner === desired.owner && group === desired.group)
      return { is: 'same', why: `${desired.path} points to ${target}` }
    const because: Reason =
      target === desired.target
        ? { code: 'owner-differs', text: `it belongs to ${owner}:${group}` }
        : { code: 'target-differs', text: `it points to ${target}` }
    return {
      is: 'change',
      change: { verb: 'update', before: { is: 'link', target, owner, group }, because: [because] },
    }
  },
  steps: ({ after }) => [{ step: 'link', ...after }],
  said({ before, after }) {
    const owner = `${after.owner}:${after.group}`
    if (before.is === 'absent')
      return { noun: 'link', name: after.path, facts: [`to ${after.target}`, `owner ${owner}`] }
    const was = `${before.owner}:${before.group}`
    const facts = [
      before.target === after.target ? `to ${after.target}` : `target ${before.target} -> ${after.target}`,
      ...(was === owner ? [] : [`owner ${was} -> ${owner}`]),
    ]
    return { noun: 'link', name: after.path, facts }
  },
  counted: { one: 'link', many: 'links', isFile: false },
  writes: ({ path }) => [path],
}
