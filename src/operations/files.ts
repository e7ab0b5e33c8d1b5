import { FlightError } from '../model/errors.ts'

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'is a folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ELOOP: 'is a symbolic link',
}

// Does something with a file; what the system refuses is the user's to settle, not a bug of ours.
export function reading<T>(file: string, act: () => Promise<T>): Promise<T> {
  return explained(file, 'read', act)
}

export function writing<T>(file: string, act: () => Promise<T>): Promise<T> {
  return explained(file, 'written', act)
}

async function explained<T>(file: string, done: 'read' | 'written', act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? '']
    if (reason === undefined) throw error
    throw new FlightError({ code: 'FLIGHT_USAGE', where: file, what: `cannot be ${done}: ${reason}` })
  }
}
