import type { FileBeside } from '../model/definitions.ts'
import type { Finding } from './place.ts'

// What nginx compares by: crypt's forms ($apr1$, $2y$, $6$, $y$
// …; 13 characters in the oldest), or a digest by its name.
const ENTRY = /^[^\s:#][^:]*:(?:\$[a-z0-9]{1,10}\$[!-9;-~]+|\{S?SHA\}[A-Za-z0-9+/=]+|[./A-Za-z0-9]{13})(?::.*)?$/

const MOST = 20

// An htpasswd file that nginx would misread, silently: nobody could log in. What stands in it is never shown.
export function checkPasswords({ file, content }: FileBeside): Finding[] {
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
