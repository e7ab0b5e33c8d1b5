// One thing of an archive. Names and targets are bytes, written as latin1, so that none is lost. `content` is read
// before the next entry is asked for; what is left of it is skipped.
export type TarEntry =
  | { type: 'file'; name: string; executable: boolean; size: number; content: AsyncIterable<Buffer> }
  | { type: 'directory'; name: string }
  | { type: 'link'; name: string; target: string }
  | { type: 'same'; name: string; target: string } // a hard link to an earlier entry

// A name for people.
export function shownName(name: string): string {
  return JSON.stringify(Buffer.from(name, 'latin1').toString('utf8')).slice(1, -1)
}

// What is wrong with the name of an entry; undefined when it lies inside the folder that it is unpacked into.
export function wrongWithName(name: string): string | undefined {
  if (name === '') return 'has no name'
  if (name.startsWith('/')) return 'is absolute'
  if (name.includes('\0')) return 'holds a NUL byte'
  if (name.length > 4000) return 'is longer than 4000 bytes'
  const parts = name.split('/')
  if (parts.some((part) => part === '..' || part === '.' || part === ''))
    return 'leads out of the folder or is not plain'
  if (parts.some((part) => part.length > 255)) return 'has a part longer than 255 bytes'
  return undefined
}

// An archive cannot be read, or holds what has no place in a release.
export class BadTar extends Error {}
