import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Making } from '../model/artifact.ts'
import { FlightError } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'
import { startGroup } from './process-group.ts'
import { lastLines } from './said.ts'

// The commands of a build, where they run, and the log that keeps what they say.
export type Build = { app: string; commands: readonly string[]; cwd: string; folder: string; log: string }

const LAST_LINES = 8

// Runs the commands one after the other, with an environment of their own: no agent, no key, no variable of ours.
export async function runBuild(build: Build, making: Making): Promise<void> {
  const env = await environmentIn(build.folder)
  const log = createWriteStream(build.log, { mode: 0o600 })
  // A full disk must not end this process through an event that nobody hears; `finished` brings it back.
  const written = finished(log)
  written.catch(() => undefined)
  try {
    for (const [index, command] of build.commands.entries()) {
      making.tell({ kind: 'command', command, number: index + 1, of: build.commands.length })
      log.write(`$ ${command}\n`)
      await runCommand(build, index, { env, log }, making)
    }
  } finally {
    log.end()
    await written
  }
}

async function environmentIn(folder: string): Promise<Record<string, string>> {
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')]
  await mkdir(home, { mode: 0o700 })
  await mkdir(temporary, { mode: 0o700 })
  // Relative parts of PATH would be searched in the checkout.
  const path = (process.env['PATH'] ?? '').split(':').filter((part) => part.startsWith('/'))
  return {
    PATH: path.length === 0 ? '/usr/local/bin:/usr/bin:/bin' : path.join(':'),
    LANG: 'C.UTF-8',
    HOME: home,
    TMPDIR: temporary,
    CI: 'true',
  }
}

async function runCommand(
  build: Build,
  index: number,
  { env, log }: { env: Record<string, string>; log: NodeJS.WritableStream },
  { signal, tell }: Making,
): Promise<void> {
  const command = build.commands[index] ?? ''
  const group = startGroup('/bin/sh', ['-c', command], {
    cwd: build.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  const last: string[] = []
  const hear = (text: string) => {
    for (const line of lastLines(text)) {
      last.push(line)
      if (last.length > LAST_LINES) last.shift()
      tell({ kind: 'output', line })
    }
  }
  for (const stream of [group.child.stdout, group.child.stderr]) listen(stream, log, hear)
  const { code, signal: killed } = await group.ended
  signal.throwIfAborted()
  if (code === 0) return
  const how = killed === null ? `ended with exit code ${code}` : `was ended by ${killed}`
  const said = last.length === 0 ? 'It said nothing' : `Its last words: ${briefly(last.join('; ').slice(-450))}`
  throw new FlightError({
    code: 'FLIGHT_BUILD_FAILED',
    where: build.app,
    what: `build command ${index + 1} of ${build.commands.length} (${briefly(command)}) ${how}. ${said}`,
    hint: `all that it said is in ${build.log}; nothing was sent to any server`,
  })
}

// Lines are told whole; a line without an end is told at 8 KB, so that nothing grows.
function listen(stream: NodeJS.ReadableStream | null, log: NodeJS.WritableStream, hear: (text: string) => void): void {
  const decoder = new TextDecoder()
  let open = ''
  stream?.pipe(log, { end: false })
  stream?.on('data', (chunk: Buffer) => {
    const text = open + decoder.decode(chunk, { stream: true })
    const end = text.length > 8192 ? text.length : text.lastIndexOf('\n') + 1
    open = text.slice(end)
    hear(text.slice(0, end))
  })
  stream?.on('end', () => hear(open))
}
