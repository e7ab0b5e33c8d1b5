import { type Sftp, SftpRefusal } from '../../transport/sftp.ts'

// The most that is read of one file to be shown, and of all files of a server together.
const MOST_OF_ONE = 4 * 1024 * 1024
const MOST_OF_ALL = 32 * 1024 * 1024

// What lies at these paths, read all at once. Left out: what is no plain file, what may not be read or is larger than
// is shown, and what comes after the most of all.
export async function readFiles(
  sftp: Pick<Sftp, 'look' | 'read' | 'close'>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const seen = await Promise.all(paths.map((path) => sftp.look(path)))
    let all = 0
    const shown = paths.flatMap((path, at) => {
      const there = seen[at]
      if (there === undefined || !there.isFile || there.size > MOST_OF_ONE || all + there.size > MOST_OF_ALL) return []
      all += there.size
      return [{ path, size: there.size }]
    })
    const read = await Promise.all(
      shown.map(async ({ path, size }) => {
        const content = await sftp.read(path, size).catch(undefinedIfRefused)
        return content === undefined ? [] : [[path, content] as const]
      }),
    )
    return new Map(read.flat())
  } finally {
    sftp.close()
  }
}

// A file may go while it is looked at.
function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof SftpRefusal) return undefined
  throw error
}
