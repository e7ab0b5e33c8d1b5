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
