import { FlightError } from '../../model/errors.ts'

// What is wrong with the file of the deployment server, for the person who looks after it.
export function storeFailure(file: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_STORE', where: file, what, hint })
}

export function damaged(file: string, what: string): FlightError {
  return storeFailure(
    file,
    `is damaged: ${what}`,
    'Stop flight serve, keep a copy of this file and of its -wal, and restore a backup.',
  )
}

// What an error of SQLite or of the file system means; one that only a bug can cause is given back as it is.
export function understood(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FlightError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT')
    return storeFailure(file, 'cannot be written: the disk is full', 'Make room; nothing has to be restarted.')
  if (code === 'SQLITE_NOTADB')
    return storeFailure(file, 'is no database', 'Name another file, or move this one away: a new one is made.')
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(file, error.message)
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return storeFailure(file, 'was held by another process for 5 seconds', 'See which one has it open: fuser -v FILE.')
  const cannot =
    /^(SQLITE_(CANTOPEN|IOERR|PERM|READONLY)|E[A-Z]+$)/.test(code) || error.message.includes('ConnectionFailed')
  return cannot
    ? storeFailure(
        file,
        `cannot be opened, read or written: ${error.message}`,
        'It and its folder must belong to the user of flight serve, on a local disk that works.',
      )
    : error
}
