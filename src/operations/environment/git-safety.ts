import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FlightError } from '../../model/errors.ts'

// Refuses a file that git would track, or tracks already: secrets do not belong into a repository.
export async function refuseWhatGitTracks(file: string): Promise<void> {
  const folder = await realpath(dirname(file))
  const name = basename(file)
  if ((await git(folder, 'rev-parse', '--is-inside-work-tree')) !== 0) return
  if ((await git(folder, 'ls-files', '--error-unmatch', '--', name)) === 0) {
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: file,
      what: 'is tracked by git, and would hold secrets',
      hint: `git rm --cached ${name}, and think of what its history says already`,
    })
  }
  if ((await git(folder, 'check-ignore', '--quiet', '--', name)) === 0) return
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: file,
    what: 'would be tracked by git, and holds secrets',
    hint: `add the line ${name} to ${join(folder, '.gitignore')}`,
  })
}

// git's exit code in a folder; where there is no git, nothing tracks anything.
function git(folder: string, ...words: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile('git', ['-C', folder, ...words], { env: { ...process.env, LC_ALL: 'C' } }, (error) => {
      if (error === null) resolve(0)
      else if ((error as NodeJS.ErrnoException).code === 'ENOENT') resolve(128)
      else if (typeof error.code === 'number') resolve(error.code)
      else reject(error)
    })
  })
}
