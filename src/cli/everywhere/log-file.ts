import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Problem } from '../../model/errors.ts'
import type { RunEvent } from '../../model/event.ts'
import { writing } from '../../operations/files.ts'

export type LogLine =
  | RunEvent
  | { event: 'begins'; command: string }
  | { event: 'problem'; problem: Problem }
  | { event: 'ends'; exit: number }

export type LogFile = { append(line: LogLine): void; close(): Promise<void> }

// Appends one line of JSON for each thing that happens; the file is 0600 when it has to be made.
export async function openLogFile(file: string): Promise<LogFile> {
  const handle = await writing(file, () =>
    open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600),
  )
  let written: Promise<unknown> = Promise.resolve()
  return {
    append: (line) => {
      const text = `${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`
      written = written.then(() => handle.appendFile(text))
      // Told by close(): a full disk must not stop a run half-way.
      written.catch(() => undefined)
    },
    close: async () => {
      try {
        await writing(file, () => written)
      } finally {
        await handle.close()
      }
    },
  }
}
