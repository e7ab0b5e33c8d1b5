import type { PlaceBefore, Reason } from '../model/action.ts'
import type { FileFact } from '../model/fact.ts'
import type { DirectoryDesired } from '../model/resource.ts'
import { attributeChanges, octal } from './before.ts'
import type { Kind } from './kind.ts'

// A directory with this mode and owner. In an app's tree a link in its
// place is the app's own business (uploads on another disk): it stays.
export const directoryKind: Kind<'directory'> = {
  facts: ({ path }) => [{ fact: 'file', path, wanted: undefined }],
  diff(desired, facts) {
    const fact = facts.get({ fact: 'file', path: desired.path, wanted: undefined })
    if (desired.by !== 'root') {
      const note = besideTheWay(desired, fact)
      if (note !== undefined) return { is: 'same', why: note, notes: fact.type === 'link' ? [] : [note] }
    }
    if (fact.type !== 'directory' && fact.type !== 'absent') {
      return {
        is: 'conflict',
        where: desired.path,
        what: `is a ${fact.type}, a directory is wanted`,
        hint: 'move it away and plan again',
      }
    }
    if (fact.type === 'absent')
      return {
        is: 'change',
        change: { verb: 'create', before: { is: 'absent' }, because: [{ code: 'missing', text: 'it does not exist' }] },
      }
    const before: PlaceBefore = { is: 'directory', mode: fact.mode, owner: fact.owner, group: fact.group }
    const because: Reason[] = [
      ...(fact.mode === desired.mode
        ? []
        : [{ code: 'mode-differs' as const, text: `its mode is ${fact.mode}, not ${desired.mode}` }]),
      ...(fact.owner === desired.owner && fact.group === desired.group
        ? []
        : [
            {
              code: 'owner-differs' as const,
              text: `it belongs to ${fact.owner}:${fact.group}, not ${desired.owner}:${desired.group}`,
            },
          ]),
    ]
    return because.length === 0
      ? { is: 'same', why: `${desired.path} is as defined` }
      : { is: 'change', change: { verb: 'update', before, because } }
  },
  steps: ({ after }) => [{ step: 'directory', ...after }],
  said({ before, after }) {
    const fresh = [
      `${after.owner}:${after.group} ${octal(after.mode)}`,
      ...(after.by === 'root' ? [] : [`made by user ${after.by}`]),
    ]
    const facts = before.is === 'absent' ? fresh : attributeChanges(before, after)
    return { noun: 'directory', name: after.path, facts }
  },
  counted: { one: 'directory', many: 'directories', isFile: false },
}

// What an app or its people put there themselves, and what the
// app's own user cannot change: it stops nobody else on the server.
function besideTheWay({ path, owner }: DirectoryDesired, fact: FileFact): string | undefined {
  if (fact.type === 'link') return `${path} is a link to ${fact.target}`
  if (fact.type !== 'directory')
    return fact.type === 'absent' ? undefined : `${path} is a ${fact.type}, a directory is wanted: move it away`
  return fact.owner === owner
    ? undefined
    : `${path} belongs to ${fact.owner}, not ${owner}: give it to ${owner}, or move it away`
}
