import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { FlightError } from '../model/errors.ts'
import { listFiles } from './list-files.ts'
import { packageRoot } from '../model/package-root.ts'

// What `flight init` did: files relative to the folder, sorted.
export type Initial = { folder: string; written: readonly string[]; kept: readonly string[] }

// Writes a commented definitions folder that validates, with CI workflows and the schemas that editors read.
// A file that exists is never touched, and a folder that has definitions already gets no examples beside them.
export async function writeInitialDefinitions(dir: string): Promise<Initial> {
  const folder = resolve(dir)
  const root = packageRoot()
  const sources = new Map<string, string>()
  for (const file of await filesOf(join(root, 'templates/init')))
    sources.set(nameInside(file), join(root, 'templates/init', file))
  for (const file of await filesOf(join(root, 'schemas'))) {
    if (EDITOR_SCHEMAS.has(file)) sources.set(`.schemas/${file}`, join(root, 'schemas', file))
  }
  if (await hasDefinitions(folder)) {
    for (const file of sources.keys())
      if (/^(?:apps|clusters)\//.test(file) && !existsSync(join(folder, file))) sources.delete(file)
  }
  const written: string[] = []
  const kept: string[] = []
  for (const [file, source] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const list = (await writeWithoutClobbering(join(folder, file), await readFile(source))) ? written : kept
    list.push(file)
  }
  return { folder, written, kept }
}

const EDITOR_SCHEMAS = new Set(['app.json', 'cluster.json', 'common.json', 'flight.json'])

// npm leaves files called .gitignore out of a package, so the template goes without the dot.
function nameInside(file: string): string {
  return file === 'gitignore' ? '.gitignore' : file
}

async function hasDefinitions(folder: string): Promise<boolean> {
  const listed = await Promise.all([listFiles(folder, 'clusters'), listFiles(folder, 'apps')])
  return listed.some(({ files }) => files.length > 0)
}

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = []
  for (const path of await readdir(folder, { recursive: true })) {
    if ((await stat(join(folder, path))).isFile()) files.push(path.split(sep).join('/'))
  }
  return files
}

async function writeWithoutClobbering(file: string, content: Buffer): Promise<boolean> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content, { flag: 'wx' })
    return true
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && syscall === 'open') return false
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: file,
      what: `cannot be written: ${code ?? String(error)}`,
      hint: 'choose another folder',
    })
  }
}
