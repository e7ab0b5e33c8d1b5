import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { manifestOf } from './manifest.mjs'
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
    outdir: join(fresh, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // What is installed is bundled: finding and compiling a tree of files costs 50 ms of CPU more.
    // oclif loads its plugins by name, and ssh2 does without its native parts where they are not built.
    plugins: [compiledTemplates],
    external: ['@oclif/plugin-*', 'cpu-features', '*.node'],
    banner: { js: COMMONJS_INSIDE },
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: true,
    logLevel: 'warning',
  })
  copyFileSync(join(root, 'package.json'), join(fresh, 'package.json'))
  const manifest = await manifestOf(fresh)
  replaceFolder(join(root, 'dist'), join(fresh, 'dist'), join(fresh, 'old'))
  renameSync(manifest, join(root, 'oclif.manifest.json'))
  rmSync(fresh, { recursive: true })
}

// Two builds may end at once: each puts its own folder there, and the last one stays.
function replaceFolder(folder, fresh, old) {
  while (!renamed(fresh, folder)) {
    if (renamed(folder, old)) rmSync(old, { recursive: true })
  }
}

// False when something stands where it should go, or another build has just taken it away.
function renamed(from, to) {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST' || (error.code === 'ENOENT' && to.endsWith('old'))) return false
    throw error
  }
}
