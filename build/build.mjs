import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeManifest } from './manifest.mjs'
import { root } from './schemas.mjs'
import { writeValidators } from './validators.mjs'

await writeValidators()

const commands = join(root, 'src/commands/commands.ts')
if (existsSync(commands)) {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  // Splitting: what a command imports inside run() becomes a chunk of its own, loaded only when that command runs.
  await build({
    entryPoints: { commands },
    outdir: join(root, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: true,
    logLevel: 'warning',
  })
  await writeManifest()
}
