import { RETIRED_MARK } from '../model/record.ts'
import { fileBefore } from './before.ts'
import type { Kind } from './kind.ts'

// A file that Flight wrote and that no definition wants any more is out of service.
export const retiredKind: Kind<'retired'> = {
  facts: ({ path }) => [{ fact: 'file', path, wanted: '0'.repeat(64) }],
  diff({ path }, facts) {
    const before = fileBefore(facts.get({ fact: 'file', path, wanted: '0'.repeat(64) }))
    if (before === undefined || before.is !== 'file') return { is: 'same', why: `${path} is gone` }
    if (before.content?.slice(2).startsWith(RETIRED_MARK) === true) return { is: 'same', why: `${path} is retired` }
    return { is: 'change', change: { verb: 'retire', before, because: ['Flight wrote it, and no definition wants it any more'] } }
  },
  steps: ({ after }) => [{ step: 'retire', path: after.path, comment: after.comment, because: 'no definition wants it any more' }],
}
