import { stat } from 'node:fs/promises'
import { reading } from './files.ts'

// Whether there is something of this name; what cannot be looked at is refused.
export async function isThere(file: string): Promise<boolean> {
  return (await reading(file, () => stat(file).catch(nothingThere))) !== undefined
}

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
