import type { FileBefore } from '../model/action.ts'
import type { FileFact } from '../model/fact.ts'

// What a plan says of a file as it was: its content only where Flight wrote it; of others' files digests only.
export function fileBefore(fact: FileFact): FileBefore | undefined {
  switch (fact.type) {
    case 'absent':
      return { is: 'absent' }
    case 'link':
      return { is: 'link', target: fact.target }
    case 'file': {
      const { sha256, mode, owner, group } = fact
      const written = fact.recorded !== undefined
      const known = { is: 'file' as const, sha256, mode, owner, group, written }
      return written && fact.content !== undefined ? { ...known, content: fact.content } : known
    }
    case 'directory':
    case 'other':
      return undefined
  }
}

// Whether the same lies there; who wrote it and what it holds beside its digest tell nothing more.
export function isSameFile(was: FileBefore, is: FileBefore): boolean {
  if (was.is === 'link') return is.is === 'link' && is.target === was.target
  if (was.is === 'absent' || is.is !== 'file') return was.is === is.is
  const { sha256, mode, owner, group } = was
  return is.sha256 === sha256 && is.mode === mode && is.owner === owner && is.group === group
}

// Whether somebody else's file lies there.
export function isForeign(before: FileBefore): boolean {
  return before.is === 'file' && !before.written
}

// Octal mode as people read it: 0644.
export function octal(mode: string): string {
  return mode.padStart(4, '0')
}

type Attributes = { mode: string; owner: string; group: string }

// What of mode and owner changes, in words.
export function attributeChanges(before: Attributes, after: Attributes): string[] {
  const was = `${before.owner}:${before.group}`
  const is = `${after.owner}:${after.group}`
  return [
    ...(octal(before.mode) === octal(after.mode) ? [] : [`mode ${octal(before.mode)} -> ${octal(after.mode)}`]),
    ...(was === is ? [] : [`owner ${was} -> ${is}`]),
  ]
}
