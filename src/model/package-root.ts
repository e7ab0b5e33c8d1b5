import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// The folder of Flight's own package.json, from wherever this code runs: src/, or a chunk of dist/.
export function packageRoot(from: string = import.meta.url): string {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    if (nameOf(join(folder, 'package.json')) === 'flight') return folder
    if (folder === dirname(folder)) throw new Error(`flight's package.json is in no folder above ${from}`)
  }
}

function nameOf(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
