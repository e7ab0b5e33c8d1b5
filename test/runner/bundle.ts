import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { root } from './files.ts'

// Test files compiled for one run. `program` gives what to run for a file, with node's arguments.
export type Bundle = { program(file: string): string[]; remove(): void }

// Compiles all files in one pass, each with what it imports of ours; packages stay where they are. Compiling them anew
// in every process took half of the CPU of a fast file.
export async function bundle(files: readonly string[]): Promise<Bundle> {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'flight-tests-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [...files],
      outbase: root,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      sourcesContent: false,
      define: { 'import.meta.url': 'importMetaUrl' },
      plugins: [ownPlaces],
      logLevel: 'error',
    })
  } catch (error) {
    remove()
    throw error
  }
  const compiled = (file: string) => join(folder, file.replace(/\.ts$/, '.mjs'))
  return { program: (file) => ['--enable-source-maps', compiled(file)], remove }
}

// What runs a file that could not be compiled with the others: it says what is wrong with it, and fails alone.
export const uncompiled: Bundle = { program: (file) => ['--import', 'tsx', file], remove: () => undefined }

// A module knows its place by import.meta.url; in a bundle it is told the place of its source, on the first line, so
// that lines stay where they are.
const ownPlaces: Plugin = {
  name: 'own-places',
  setup(building) {
    building.onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      const place = source.includes('import.meta.url')
        ? `const importMetaUrl = ${JSON.stringify(pathToFileURL(path).href)};`
        : ''
      return { contents: place + source, loader: path.endsWith('x') ? 'tsx' : 'ts' }
    })
  },
}
