import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// The folder of the installed package: above the sources in a checkout, above the bundle where it is installed.
export function packageRoot(from: string = import.meta.url): string {
  for (let at = dirname(fileURLToPath(from)); at !== dirname(at); at = dirname(at)) {
    const file = join(at, 'package.json')
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'flight') return at
  }
  throw new Error('bug: the package of Flight has no package.json above its code')
}
