import { fileBefore, isForeign, isSameFile } from './before.ts'
import type { Kind } from './kind.ts'

// Composer as one exact phar: the digest is the version.
export const composerKind: Kind<'composer'> = {
  facts: ({ path, sha256 }) => [{ fact: 'file', path, wanted: sha256 }],
  diff({ path, sha256 }, facts) {
    const fact = facts.get({ fact: 'file', path, wanted: sha256 })
    const before = fileBefore(fact)
    if (before === undefined)
      return {
        is: 'conflict',
        where: path,
        what: `is a ${fact.type}, a file is wanted`,
        hint: 'move it away and plan again',
      }
    if (before.is === 'absent')
      return {
        is: 'change',
        change: { verb: 'create', before, because: [{ code: 'missing', text: 'it does not exist' }] },
      }
    if (before.is === 'link')
      return {
        is: 'conflict',
        where: path,
        what: `is a link to ${before.target}, Composer is wanted there`,
        hint: 'remove the link and plan again',
      }
    const { content: _content, ...known } = before
    if (before.sha256 !== sha256)
      return {
        is: 'change',
        change: {
          verb: 'update',
          before: known,
          because: [{ code: 'differs', text: 'it is another Composer than the defined one' }],
        },
      }
    if (before.mode !== '755')
      return {
        is: 'change',
        change: {
          verb: 'update',
          before: known,
          because: [{ code: 'mode-differs', text: `its mode is ${before.mode}, not 755` }],
        },
      }
    return { is: 'same', why: `${path} is as defined` }
  },
  steps: ({ after }) => [
    { step: 'download', url: after.url, path: after.path, sha256: after.sha256, mode: '755', scope: 'cluster' },
  ],
  said: ({ before, after }) => ({
    noun: 'composer',
    name: after.path,
    facts: [`downloaded from ${after.url}`, `accepted only as sha256 ${after.sha256}`],
    isForeign: isForeign(before),
  }),
  counted: { one: 'file', many: 'files', isFile: true },
  holds: (planned, now) => isSameFile(planned.before, now.before),
  writes: ({ path }) => [path],
}
