import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { loadDefinitions } from '../../definitions/load.ts'
import type { Definitions } from '../../model/definitions.ts'

// Milliseconds for which nobody looks whether a file changed.
const QUIET = 1000

// The definitions as they are now, read again when one of their files changed; a FlightError while they are wrong.
export function liveDefinitions(root: string, now: () => number = Date.now): () => Promise<Definitions> {
  let known: { mark: string; result: Promise<Definitions> } | undefined
  let looked = -Infinity
  let state = '' // what Flight itself writes is no definition, wherever it lies
  return async () => {
    if (known !== undefined && now() - looked < QUIET) return known.result
    looked = now()
    const mark = await markOf(root, state)
    if (known?.mark === mark) return known.result
    const result = loadDefinitions(root).then(({ definitions }) => {
      state = definitions.settings.state
      return definitions
    })
    // Whoever asks hears of it; that nobody asks at this moment is no fault.
    result.catch(() => undefined)
    known = { mark, result }
    return result
  }
}

// A folder that is being replaced: whoever reads it says what is wrong.
function gone(error: NodeJS.ErrnoException): never[] {
  if (error.code === undefined) throw error
  return []
}

// What changes when a file below the folder does: names, sizes and times. What git keeps is not looked at.
async function markOf(root: string, state: string): Promise<string> {
  const marks: string[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(gone)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (depth < 4 && path !== state && !entry.name.startsWith('.') && entry.name !== 'node_modules')
          await visit(path, depth + 1)
        continue
      }
      const found = await stat(path).catch(() => undefined)
      marks.push(`${path}:${found?.size ?? ''}:${found?.mtimeMs ?? ''}:${found?.ino ?? ''}`)
    }
  }
  await visit(root, 0)
  return marks.sort().join('\n')
}
