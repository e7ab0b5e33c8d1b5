import { createHash } from 'node:crypto'
import type { ActionOf, FileBefore } from '../model/action.ts'
import type { FileDesired } from '../model/resource.ts'
import { count, linesOf } from '../model/words.ts'
import { attributeChanges, isForeign, octal } from './before.ts'
import type { Said } from './kind.ts'

const NOT_SHOWN = 'content not shown: it is secret'

// What happens to a file: who owns it, what changes, and the lines of it.
export function saidOfFile({ before, after }: ActionOf<'file'>): Said {
  const said = after.secret ? secretChange(before, after) : change(before, after)
  return { noun: 'file', name: after.path, ...said }
}

type Change = Pick<Said, 'facts' | 'isForeign' | 'text'>

// Of a secret a plan holds the digest alone, and of that a reader sees whether it changes.
function secretChange(before: FileBefore, after: FileDesired): Change {
  const fresh = `${after.owner}:${after.group} ${octal(after.mode)}`
  if (before.is === 'absent') return { facts: [fresh, NOT_SHOWN] }
  if (before.is === 'link') return { facts: [`replaces a link to ${before.target}`, fresh, NOT_SHOWN] }
  const stays = `sha256:${before.sha256.replace(/^sha256:/, '')}` === after.content
  return {
    facts: [...attributeChanges(before, after), stays ? 'the content stays' : 'the content changes', NOT_SHOWN],
    isForeign: isForeign(before) && !stays,
  }
}

function change(before: FileBefore, after: FileDesired): Change {
  const is = after.content
  const lines = linesOf(is).length
  const fresh = `${after.owner}:${after.group} ${octal(after.mode)}, ${is === '' ? 'empty' : count(lines, 'line')}`
  if (before.is === 'absent') return { facts: [fresh], text: { is } }
  if (before.is === 'link') return { facts: [`replaces a link to ${before.target}`, fresh], text: { is } }

  const changed = attributeChanges(before, after)
  const now = createHash('sha256').update(is).digest('hex').slice(0, 12)
  const was = before.sha256.replace(/^sha256:/, '').slice(0, 12)
  if (was === now) return { facts: [...changed, 'the content stays'] }
  const digests = `sha256 ${was} -> ${now}`
  // Of a file of others only a live look has the content.
  if (before.content === undefined) {
    const facts = before.written ? [...changed, digests] : [digests, ...changed]
    return { facts, isForeign: isForeign(before), text: { is } }
  }
  const replaced =
    `replaced: ${count(linesOf(before.content).length, 'line')} -> ${count(lines, 'line')}, too ` +
    `different to compare line by line`
  return {
    facts: changed,
    isForeign: isForeign(before),
    text: { was: before.content, is, unlike: [replaced, digests] },
  }
}
