import type { FileQuery } from '../model/fact.ts'
import { RETIRED_MARK } from '../model/record.ts'
import type { RetiredDesired } from '../model/resource.ts'
import { fileBefore, isSameFile } from './before.ts'
import { count, linesOf } from '../model/words.ts'
import type { Kind } from './kind.ts'

// A file that Flight wrote and that no definition wants any more is out of service.
export const retiredKind: Kind<'retired'> = {
  facts: (desired) => [query(desired)],
  diff(desired, facts) {
    const { path } = desired
    const before = fileBefore(facts.get(query(desired)))
    if (before === undefined || before.is !== 'file') return { is: 'same', why: `${path} is gone` }
    if (before.content?.slice(2).startsWith(RETIRED_MARK) === true) return { is: 'same', why: `${path} is retired` }
    return {
      is: 'change',
      change: {
        verb: 'retire',
        before,
        because: [{ code: 'unwanted', text: 'Flight wrote it, and no definition wants it on this server any more' }],
      },
    }
  },
  steps: ({ after }) => [
    {
      step: 'retire',
      path: after.path,
      comment: after.comment,
      because: 'no definition wants it on this server any more',
    },
  ],
  said({ before, after }) {
    const fact = 'becomes a comment that says when and why; its last content is kept'
    const was = before.is === 'file' ? before.content : undefined
    if (was === undefined) return { noun: 'file', name: after.path, facts: [fact] }
    const facts = [`${fact} (${count(linesOf(was).length, 'line')})`]
    return { noun: 'file', name: after.path, facts, text: { was } }
  },
  counted: { one: 'file', many: 'files', isFile: true },
  holds: (planned, now) => isSameFile(planned.before, now.before),
  unasked: () => 'done', // what is retired is known no more
  writes: ({ path }) => [path],
}

// What it holds is shown with what is retired, unless nobody may read it: then nothing of it travels.
function query({ path, secret }: RetiredDesired): FileQuery {
  return { fact: 'file', path, wanted: secret ? undefined : '0'.repeat(64) }
}
