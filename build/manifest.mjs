import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Plugin } from '@oclif/core'
import { settings } from '@oclif/core/settings'
import { root } from './schemas.mjs'

// Writes oclif.manifest.json from dist/commands.js: with it, --help and every start need not load and inspect the commands.
export async function writeManifest() {
  settings.enableAutoTranspile = false
  const plugin = new Plugin({ root, isRoot: true, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  await writeFile(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`)
}
