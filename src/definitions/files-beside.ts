import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileBeside } from '../model/definitions.ts'
import { at, type Node, text } from './node.ts'
import type { Finding } from './place.ts'
import { placeWithin, readText } from './read-file.ts'
import type { Source } from './source.ts'

const MAX_BYTES = 262_144

// What an app's definition brings along beside itself.
export type FilesBeside = { basicAuth: FileBeside | undefined; include: FileBeside | undefined }

// The files that an app's definition names, with what they say. They must lie beside it: their contents are part of the
// definitions, and of the plan.
export async function readFilesBeside(
  root: string,
  { file, node }: Source,
): Promise<{ files: FilesBeside; findings: Finding[] }> {
  const folder = dirname(file)
  const [basicAuth, include] = await Promise.all([
    readOne(root, folder, node, ['nginx', 'basic_auth']),
    readOne(root, folder, node, ['nginx', 'include']),
  ])
  const passwords = basicAuth.file === undefined ? [] : checkPasswords(basicAuth.file)
  return {
    files: { basicAuth: basicAuth.file, include: include.file },
    findings: [...basicAuth.findings, ...passwords, ...include.findings],
  }
}

type Read = { file: FileBeside | undefined; findings: Finding[] }

async function readOne(root: string, folder: string, node: Node | undefined, path: readonly string[]): Promise<Read> {
  const named = at(node, ...path)
  const name = text(named)
  // Of any other name the schema has said what is wrong with it.
  if (named === undefined || name === undefined || !/^[A-Za-z0-9_.@+/-]{1,200}$/.test(name))
    return { file: undefined, findings: [] }
  const wanted = join(folder, name)
  const wrong = (what: string, hint: string): Read => ({
    file: undefined,
    findings: [{ code: 'FLIGHT_REFERENCE', place: named.place, path, what: `${wanted} ${what}`, hint }],
  })
  const found = await stat(join(root, wanted)).catch(() => undefined)
  const relative = `the path is relative to ${folder}/`
  if (found === undefined)
    return {
      file: undefined,
      findings: [
        { code: 'FLIGHT_REFERENCE', place: named.place, path, what: `there is no file ${wanted}`, hint: relative },
      ],
    }
  const place = await placeWithin(root, wanted)
  if ('wrong' in place) return wrong(place.wrong, relative)
  if (!found.isFile()) return wrong('is no file', relative)
  const content = await readText(root, wanted, MAX_BYTES)
  if (typeof content !== 'string')
    return wrong(content.what, content.hint ?? 'it becomes part of every plan: keep it short')
  if (content.includes('\0')) return wrong('must be text, holds a NUL byte', 'save it as UTF-8')
  return { file: { file: wanted, content }, findings: [] }
}

// What nginx compares by: crypt's forms ($apr1$, $2y$, $6$, $y$
// …; 13 characters in the oldest), or a digest by its name.
const ENTRY = /^[^\s:#][^:]*:(?:\$[a-z0-9]{1,10}\$[!-9;-~]+|\{S?SHA\}[A-Za-z0-9+/=]+|[./A-Za-z0-9]{13})(?::.*)?$/

const MOST = 20

// An htpasswd file that nginx would misread, silently: nobody could log in. What stands in it is never shown.
function checkPasswords({ file, content }: FileBeside): Finding[] {
  const lines = content
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'))
  if (lines.length === 0) {
    return [
      {
        code: 'FLIGHT_SCHEMA',
        place: { file, line: 0, column: 0 },
        path: [],
        what: 'names nobody: no one could log in',
        hint: HINT,
      },
    ]
  }
  return lines
    .filter(({ line }) => !ENTRY.test(line) || /\p{Cc}/u.test(line))
    .slice(0, MOST)
    .map(({ line, number }) => ({
      code: 'FLIGHT_SCHEMA',
      place: { file, line: number, column: 1 },
      path: [],
      what: line.endsWith('\r')
        ? 'ends with a carriage return: nginx takes it as part of the password'
        : 'must be user:hash, or a comment that begins with #',
      hint: line.endsWith('\r') ? 'save the file with line ends of Unix' : HINT,
    }))
}

const HINT = 'htpasswd -nB USER (or openssl passwd -6) makes one'
