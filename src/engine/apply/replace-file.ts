import { open, rename, rm } from 'node:fs/promises'

// Puts a file in place whole or not at all: written beside under this process's name, synced, renamed. What lies there
// is replaced, a link too; `mode` holds from the first byte on.
export async function replaceFile(file: string, content: string | Uint8Array, mode: number): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`
  // Of a process that had this number before and was killed.
  await rm(beside, { force: true })
  const handle = await open(beside, 'wx', mode)
  try {
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
