import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { manifestOf } from './manifest.mjs'
import { writeCodeCache } from './code-cache.mjs'
import { remotePrograms } from './remote.mjs'
import { root } from './schemas.mjs'
import { compiledTemplates } from './templates.mjs'
import { writeValidators } from './validators.mjs'

// What an ES module knows of its own place, said in CommonJS.
const PLACE = `const importMetaUrl = require('node:url').pathToFileURL(__filename).href`

// Imports at run time go through what bin/load.js hands in.
const importsHandedIn = (file) =>
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('await import(', 'await importHere('))

await writeValidators()

const commands = join(root, 'src/cli/commands.ts')
if (existsSync(commands)) {
  const fresh = join(root, `.dist-${process.pid}`)
  // One CommonJS file, because only of such a script can Node 20 keep compiled code. What a command imports inside run() is
  // set up only when that command runs.
  await build({
    entryPoints: { commands },
    outdir: join(fresh, 'dist'),
    bundle: true,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    target: 'node20',
    // What is installed is bundled: finding and compiling a tree of files costs 50 ms of CPU more.
    // oclif loads its plugins by name, libsql its binary, and ssh2 does without its native parts where they are not built.
    plugins: [compiledTemplates, remotePrograms],
    external: ['@oclif/plugin-*', 'cpu-features', 'libsql', '*.node'],
    banner: { js: PLACE },
    define: { 'import.meta.url': 'importMetaUrl' },
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    logLevel: 'warning',
  })
  copyFileSync(join(root, 'package.json'), join(fresh, 'package.json'))
  importsHandedIn(join(fresh, 'dist/commands.cjs'))
  const manifest = await manifestOf(fresh)
  writeCodeCache(fresh)
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
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST' || (error.code === 'ENOENT' && to.endsWith('old')))
      return false
    throw error
  }
}
