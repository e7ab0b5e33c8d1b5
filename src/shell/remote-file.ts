import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../model/package-root.ts'

// The text of src/remote/FILE. In dist/ the build has put it in: see build/remote.mjs.
export function remoteFile(file: string): string {
  return readFileSync(join(packageRoot(), 'src/remote', file), 'utf8')
}
