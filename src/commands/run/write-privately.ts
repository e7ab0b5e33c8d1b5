import { open, rename, rm } from 'node:fs/promises'
import { writing } from './file-fault.ts'

// Writes a file that only its owner reads, from its first byte on: beside, synced, renamed. What lies there is replaced, a link too.
export async function writePrivately(file: string, content: string | Uint8Array): Promise<void> {
  await writing(file, async () => {
    const beside = `${file}.${process.pid}.tmp`
    const handle = await open(beside, 'wx', 0o600)
    try {
      await handle.writeFile(content)
      await handle.chmod(0o600)
      await handle.sync()
      await handle.close()
      await rename(beside, file)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
  })
}
