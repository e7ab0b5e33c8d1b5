import { Buffer, isUtf8 } from 'node:buffer'
import { FlightError, type Problem } from '../model/errors.ts'
import { placeAfter } from './position.ts'

const MOST_BYTES = 1024 * 1024

// The text of an environment file, a byte order mark included. Refused: more than 1 MB, what is not UTF-8, NUL.
export function decodeEnvironment(bytes: Uint8Array, source: string): string {
  const refused = (where: string, what: string, hint: string): Problem => ({
    code: 'FLIGHT_ENV_UNREADABLE',
    where,
    what,
    hint,
  })
  if (bytes.length > MOST_BYTES)
    throw new FlightError(
      refused(source, 'is larger than 1 MB', 'Keep large values in files of their own and name their paths here.'),
    )
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const at = (offset: number) => `${source}:${placeAfter(text.slice(text.startsWith('\ufeff') ? 1 : 0, offset), 1)}`
  const problems: Problem[] = []
  if (!isUtf8(bytes))
    problems.push(refused(at(firstOther(text, bytes)), 'this is not UTF-8', 'Save the file as UTF-8.'))
  const nul = text.indexOf('\0')
  if (nul >= 0) problems.push(refused(at(nul), 'a NUL byte', 'Remove it; what is binary is written in base64.'))
  if (problems.length > 0) throw new FlightError(problems)
  return text
}

// Where the text, encoded again, is no longer what was decoded.
function firstOther(text: string, bytes: Uint8Array): number {
  const again = Buffer.from(text, 'utf8')
  let same = 0
  while (again[same] === bytes[same]) same += 1
  while (((again[same] ?? 0) & 0xc0) === 0x80) same -= 1
  return again.toString('utf8', 0, same).length
}
