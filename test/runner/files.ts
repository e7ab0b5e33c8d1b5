import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

const TABLE = fileURLToPath(new URL('durations.json', import.meta.url))
// What a file that was never measured is taken for.
const UNKNOWN = 10

// Every test file below a folder of the checkout, as a path from its root. What lies in fixtures is not a test of ours.
export function testFiles(folder = 'test'): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return path === 'test/fixtures' ? [] : testFiles(path)
      return entry.name.endsWith('.test.ts') ? [relative(root, join(root, path))] : []
    })
    .sort()
}

// Whether a file boots real hosts: it mostly waits, and needs a lab of its own.
export function isReal(file: string): boolean {
  return file.startsWith('test/lab/') || file.startsWith('test/e2e/')
}

export type Durations = Readonly<Record<string, number>>

// How many seconds each file took when somebody ran `npm test -- --record`. It only orders and divides the files, so an
// old table costs time and nothing else.
export function recordedDurations(): Durations {
  return JSON.parse(readFileSync(TABLE, 'utf8')) as Durations
}

export const durationsTable = TABLE

// The longest first, so that no long one begins when all others have ended; alphabetical among equals.
export function longestFirst(files: readonly string[], durations: Durations): string[] {
  const seconds = (file: string) => durations[file] ?? UNKNOWN
  return [...files].sort((a, b) => seconds(b) - seconds(a) || (a < b ? -1 : 1))
}

// The files of shard `index` (from 1) of `count`: each file goes to the shard that has least to do so far. Every
// machine divides alike, so each file is in exactly one shard.
export function shardOf(files: readonly string[], index: number, count: number, durations: Durations): string[] {
  const shards = Array.from({ length: count }, (): { seconds: number; files: string[] } => ({ seconds: 0, files: [] }))
  for (const file of longestFirst(files, durations)) {
    const least = shards.reduce((best, each) => (each.seconds < best.seconds ? each : best))
    least.files.push(file)
    least.seconds += durations[file] ?? UNKNOWN
  }
  return shards[index - 1]?.files ?? []
}
