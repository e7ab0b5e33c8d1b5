import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

// Appends a line to a known_hosts file (0600, its folder 0700
// when they have to be made). False when it is there already.
export async function appendKnownHost(file: string, line: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600)
  try {
    const before = await handle.readFile('utf8')
    if (before.split('\n').some((known) => known.trim() === line)) return false
    // One write, so that whoever appends at the same time gets a line of his own.
    await handle.write(`${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`)
    await handle.sync()
    return true
  } finally {
    await handle.close()
  }
}
