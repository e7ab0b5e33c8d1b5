import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeManifest } from './manifest.mjs'
import { root } from './schemas.mjs'
import { compiledTemplates } from './templates.mjs'
import { writeValidators } from './validators.mjs'

// oclif is CommonJS: inside an ES module it finds what a CommonJS module has.
const COMMONJS_INSIDE = `import { createRequire as createRequireHere } from 'node:module'
import { fileURLToPath as pathOfHere } from 'node:url'
const require = createRequireHere(import.meta.url)
const __filename = pathOfHere(import.meta.url)
const __dirname = pathOfHere(new URL('.', import.meta.url))`

await writeValidators()

const commands = join(root, 'src/commands/commands.ts')
if (existsSync(commands)) {
  const fresh = join(root, `.dist-${process.pid}`)
  // Splitting: what a command imports inside run() becomes a chunk of its own, loaded only when that command runs.
  await build({
    entryPoints: { commands },
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // What is installed is bundled: node finds and compiles one file in a third of the time that a tree of them takes.
    // oclif loads its plugins by name, and ssh2 does without its native parts where they are not built.
    plugins: [compiledTemplates],
    external: ['@oclif/plugin-*', 'cpu-features', '*.node'],
    banner: { js: COMMONJS_INSIDE },
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: true,
    logLevel: 'warning',
  })
  replaceFolder(join(root, 'dist'), fresh)
  await writeManifest()
}

// Two builds may end at once: each puts its own folder there, and the last one stays.
function replaceFolder(folder, fresh) {
  const old = `${fresh}-old`
  for (;;) {
    if (renamed(folder, old)) rmSync(old, { recursive: true })
    if (renamed(fresh, folder)) return
  }
}

// False when there is nothing to rename, or something stands where it should go.
function renamed(from, to) {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) return false
    throw error
  }
}
