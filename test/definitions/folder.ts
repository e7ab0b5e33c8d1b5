import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FlightError } from '../../src/model/errors.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import type { Loaded } from '../../src/definitions/load.ts'

// Runs `use` in a folder that holds these files.
export async function inFolder<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'flight-definitions-'))
  try {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true })
      await writeFile(join(root, file), content)
    }
    return await use(root)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

// What loading says, one line a problem: where, what, and the way out in parentheses.
export async function said(
  root: string,
): Promise<{ problems: string[]; warnings: string[]; loaded: Loaded | undefined }> {
  try {
    const loaded = await loadDefinitions(root)
    return { problems: [], warnings: loaded.warnings.map(line), loaded }
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    return { problems: error.problems.map(line), warnings: [], loaded: undefined }
  }
}

function line({ where, what, hint }: { where: string; what: string; hint?: string }): string {
  return `${where}: ${what}${hint === undefined ? '' : ` (${hint})`}`
}

// The smallest folder that has nothing to say.
export const CLUSTER = `php: [ 8.2 ]
servers:
  - { name: web-1, host: 192.0.2.1, web_server: true }
  - { name: work-1, host: 192.0.2.2 }
`
export const APP = `repo: git@example.com:org/shop.git
php: 8.2
cluster: staging
`
