import { replaceFile } from '../engine/apply/replace-file.ts'
import { writing } from './files.ts'

// Writes a file that only its owner reads, whole or not at all.
export async function writePrivately(file: string, content: string | Uint8Array): Promise<void> {
  await writing(file, () => replaceFile(file, content, 0o600))
}
