import type { PlaceBefore } from '../model/action.ts'
import type { Kind } from './kind.ts'

// A directory with this mode and owner.
export const directoryKind: Kind<'directory'> = {
  facts: ({ path }) => [{ fact: 'file', path, wanted: undefined }],
  diff(desired, facts) {
    const fact = facts.get({ fact: 'file', path: desired.path, wanted: undefined })
    if (fact.type !== 'directory' && fact.type !== 'absent') {
      return { is: 'conflict', where: desired.path, what: `is a ${fact.type}, a directory is wanted`, hint: 'move it away and plan again' }
    }
    if (fact.type === 'absent') return { is: 'change', change: { verb: 'create', before: { is: 'absent' }, because: ['it does not exist'] } }
    const before: PlaceBefore = { is: 'directory', mode: fact.mode, owner: fact.owner, group: fact.group }
    const because = [
      ...(fact.mode === desired.mode ? [] : [`its mode is ${fact.mode}, not ${desired.mode}`]),
      ...(fact.owner === desired.owner && fact.group === desired.group ? [] : [`it belongs to ${fact.owner}:${fact.group}, not ${desired.owner}:${desired.group}`]),
    ]
    return because.length === 0 ? { is: 'same', why: `${desired.path} is as defined` } : { is: 'change', change: { verb: 'update', before, because } }
  },
  steps: ({ after }) => [{ step: 'directory', ...after }],
}
