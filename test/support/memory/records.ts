import { createHash } from 'node:crypto'
import { dirname } from 'node:path/posix'
import { MANIFEST, SERVER_FOLDER } from '../../../src/model/record.ts'
import type { Entry, Machine } from './machine.ts'
import { contentAt, entryAt, makeFolders, putInPlace, removeAt } from './tree.ts'

// What the machine keeps and notes of what is written on it.

// The first content that a plan finds at a path stays kept, however often the step runs.
export function keep(machine: Machine, path: string, kept: string): void {
  const place = `${kept}${path}`
  makeFolders(machine, dirname(place))
  if (entryAt(machine, place) !== undefined || entryAt(machine, `${place}.absent`) !== undefined) return
  const entry = entryAt(machine, path)
  putInPlace(machine, entry === undefined ? `${place}.absent` : place, entry ?? emptyFile())
}

// Puts back what the plan found at a path, and the manifest's word on it.
export function putBack(machine: Machine, path: string, kept: string): void {
  const entry = entryAt(machine, `${kept}${path}`)
  const now = contentAt(machine, path)
  if (entry?.type === 'file' && now !== undefined && Buffer.from(entry.content).equals(now)) return
  if (entry === undefined && (now === undefined || entryAt(machine, `${kept}${path}.absent`) === undefined)) return
  const lines = (contentAt(machine, MANIFEST)?.toString('utf8') ?? '').split('\n').map((line) => line.split('\t'))
  const last = lines.reverse().find(([sha256, , at]) => at === path && (now === undefined || sha256 !== sha256Of(now)))
  if (entry === undefined) removeAt(machine, path)
  else putInPlace(machine, path, entry)
  note(machine, last?.[0] ?? '0'.repeat(64), last?.[1] ?? 'forgotten', path)
}

// Adds a line to the manifest.
export function note(machine: Machine, sha256: string, scope: string, path: string): void {
  const before = contentAt(machine, MANIFEST) ?? Buffer.alloc(0)
  makeFolders(machine, SERVER_FOLDER)
  putInPlace(machine, MANIFEST, {
    ...emptyFile(),
    content: Buffer.concat([before, Buffer.from(`${sha256}\t${scope}\t${path}\n`)]),
  })
}

function emptyFile(): Extract<Entry, { type: 'file' }> {
  return { type: 'file', content: Buffer.alloc(0), mode: '644', owner: 'root', group: 'root', changed: 0 }
}

export const sha256Of = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
