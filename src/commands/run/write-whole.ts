import { rename, rm, writeFile } from 'node:fs/promises'
import { writing } from './file-fault.ts'

// Writes a file so that a reader sees the old content or the new one, never half of it.
export async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`
  await writing(file, async () => {
    try {
      await writeFile(beside, text)
      await rename(beside, file)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
  })
}
