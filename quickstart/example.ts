import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeInitialDefinitions } from '../src/definitions/init.ts'
import { type Places } from './places.ts'

// What `flight init` writes, with one cluster and one app instead
// of its examples; false when somebody's edits are there.
export async function writeExample(places: Places): Promise<boolean> {
  if (existsSync(places.definitions)) return false
  const fresh = `${places.definitions}.new`
  rmSync(fresh, { recursive: true, force: true })
  await writeInitialDefinitions(fresh)
  rmSync(join(fresh, 'apps/_laravel.yml'))
  cpSync(join(places.root, 'quickstart/definitions'), fresh, { recursive: true })
  edit(join(fresh, 'flight.yml'), /^# state: .*$/m, `state: ${places.state}`)
  mkdirSync(places.folder, { recursive: true })
  renameSync(fresh, places.definitions)
  return true
}

// The example as people read it: without the line for editors.
export function shown(places: Places, file: string): string {
  const lines = readFileSync(join(places.definitions, file), 'utf8').trimEnd().split('\n')
  return [`# ${file}`, ...lines.filter((line) => !line.startsWith('# yaml-language-server'))]
    .map((line) => `  ${line}`)
    .join('\n')
}

// What a shell needs to use flight and ssh as quickstart did: `. env`.
export function writeEnv(places: Places): void {
  mkdirSync(places.bin, { recursive: true })
  const program = join(places.bin, 'flight')
  rmSync(program, { force: true })
  symlinkSync(join(places.root, 'bin/flight'), program)
  writeFileSync(
    places.env,
    [
      '# Sourced (`. env`), it lets this shell find flight and the two servers of `npm run quickstart`.',
      `export FLIGHT_SSH_CONFIG=${quoted(places.lab.sshConfig)}   # read instead of ~/.ssh/config`,
      `export FLIGHT_DEFINITIONS=${quoted(places.definitions)}`,
      `case ":$PATH:" in *:${places.bin}:*) ;; *) export PATH=${quoted(places.bin)}:"$PATH" ;; esac`,
      '',
    ].join('\n'),
  )
}

export function quoted(text: string): string {
  return /^[\w/.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function edit(file: string, pattern: RegExp, replacement: string): void {
  const text = readFileSync(file, 'utf8')
  if (!pattern.test(text))
    throw new Error(`${file}: ${pattern} is not in what flight init writes any more: adapt quickstart/example.ts`)
  writeFileSync(file, text.replace(pattern, replacement))
}
