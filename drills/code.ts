import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

// What happens on servers while something is applied: the code that the drills drill.
export const DRILLED = [
  'src/engine/apply',
  'src/engine/host',
  'src/engine/undertakings',
  'src/remote',
  'src/shell',
  'src/steps',
  'src/transport',
  'templates',
]

// Which code a drill ran with. `digest` is that of the drilled folders, so that other commits do not make it older.
export type Code = { commit: string; digest: string; version: string }

// The code that lies here now.
export function codeNow(): Code {
  const hash = createHash('sha256')
  for (const folder of DRILLED) {
    for (const path of filesIn(folder))
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(root, path)))
        .update('\0')
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { commit: commitNow(), digest: hash.digest('hex').slice(0, 16), version }
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesIn(path) : [path]
    })
    .sort()
}

// With a mark when files differ from what was committed.
function commitNow(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || /not a git repository/.test(String(error)))
      return 'unknown'
    throw error
  }
}
