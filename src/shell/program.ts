import type { ProgramName } from './program-names.ts'
import { quote, words } from './quote.ts'
import { remoteFile } from './remote-file.ts'

// What a program of src/remote is given: a text or a number becomes a variable, a list a variable of lines, a table a
// shell function that runs its arguments with each row behind them (`pools await_pool`).
export type Values = {
  readonly [name: string]: string | number | readonly string[] | readonly (readonly string[])[]
}

// The text that goes to a server: the values as quoted assignments, then src/remote/NAME.sh with all that it names.
export function program(name: ProgramName, values: Values = {}): string {
  const { text, wanted } = programOf(name)
  const missing = wanted.find((each) => !Object.hasOwn(values, each))
  if (missing !== undefined) throw new Error(`bug: src/remote/${name}.sh was not given ${missing}`)
  const given = Object.entries(values).map(([key, value]) => {
    if (wanted.includes(key)) return `${key}=${inQuotes(textOf(value))}\n`
    if (!isTable(value)) throw new Error(`bug: src/remote/${name}.sh does not take ${key}`)
    return `${key}() { ${value.length === 0 ? ':' : value.map((row) => `"$@" ${words(...row)}`).join('; ')}; }\n`
  })
  return `${given.join('')}${text}`
}

// Also what needs none: an assignment that is all in quotes is read as nothing else.
function inQuotes(text: string): string {
  const quoted = quote(text)
  return quoted === text ? `'${text}'` : quoted
}

function textOf(value: Values[string]): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return value
  return value.map((line) => `${oneLine(line)}\n`).join('')
}

function oneLine(line: string | readonly string[]): string {
  if (typeof line !== 'string') throw new Error('bug: a table where a list is wanted')
  if (/[\n\0]/.test(line)) throw new TypeError('a line cannot hold a newline or a NUL byte')
  return line
}

function isTable(value: Values[string]): value is readonly (readonly string[])[] {
  return Array.isArray(value) && value.every((row) => Array.isArray(row))
}

type Program = { text: string; wanted: readonly string[] }

const programs = new Map<string, Program>()

function programOf(name: string): Program {
  const known = programs.get(name)
  if (known !== undefined) return known
  const wanted: string[] = []
  const made = { text: inlined(`${name}.sh`, wanted, new Set()), wanted }
  programs.set(name, made)
  return made
}

// A file is a whole program where it lies: `. ./lib.sh` is a library, `-f ./some.awk` and `sh ./some.sh` are programs
// of their own. On its way to a server all of them are in its text, each library once.
function inlined(file: string, wanted: string[], libraries: Set<string>): string {
  return plainLines(file)
    .flatMap((line) => {
      const declared = /^: ("\$\{\w+\?\}" ?)+$/.test(line) ? [...line.matchAll(/\{(\w+)\?/g)] : undefined
      if (declared !== undefined) {
        wanted.push(...declared.map(([, name]) => name as string))
        return []
      }
      const library = /^\. \.\/([a-z0-9-]+\.sh)$/.exec(line)?.[1]
      if (library === undefined) return [withPrograms(line)]
      if (libraries.has(library)) return []
      libraries.add(library)
      return [inlined(library, wanted, libraries)]
    })
    .filter((text) => text !== '')
    .join('\n')
}

function withPrograms(line: string): string {
  return line
    .replace(/ -f \.\/([a-z0-9-]+\.awk)(?= |$|\)|;)/g, (_, file: string) => ` ${quote(plainLines(file).join('\n'))}`)
    .replace(/\bsh \.\/([a-z0-9-]+)\.sh(?= |$|\)|;)/g, (_, name: string) => {
      const { text, wanted } = programOf(name)
      if (wanted.length > 0) throw new Error(`bug: src/remote/${name}.sh is given no values where it is run`)
      return `sh -c ${quote(text)} flight`
    })
}

// Without comments and indentation: neither means anything to a shell or awk, and every byte of them would travel.
function plainLines(file: string): string[] {
  return remoteFile(file)
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
}
