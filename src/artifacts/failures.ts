import { FlightError } from '../model/errors.ts'
import { BadTar } from './tar-entry.ts'

const OF_THE_DISK: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk of this controller is full',
  EDQUOT: 'the quota of this controller is used up',
  EROFS: 'the state folder cannot be written to',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
}

// What a user can understand and settle; a bug of ours stays what it is.
export function asFlightError(error: unknown, where: string, signal: AbortSignal): unknown {
  if (error instanceof FlightError) return error
  if (signal.aborted)
    return new FlightError({
      code: 'FLIGHT_INTERRUPTED',
      where: '',
      what: 'interrupted while the artifact was made; nothing was sent to any server',
    })
  if (error instanceof BadTar)
    return new FlightError({
      code: 'FLIGHT_ARTIFACT',
      where,
      what: error.message,
      hint: 'nothing was sent to any server; settle it there, and release again',
    })
  const { code, message } = error as NodeJS.ErrnoException
  const known = OF_THE_DISK[code ?? '']
  return known === undefined
    ? error
    : new FlightError({
        code: 'FLIGHT_ARTIFACT',
        where,
        what: `${known}: ${message}`,
        hint: 'settle that, and run the same command again',
      })
}
