import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Plugin } from '@oclif/core'
import { settings } from '@oclif/core/settings'

// Writes FOLDER/oclif.manifest.json from FOLDER/dist/commands.cjs and gives its path: with it, --help and every start need
// not load and inspect the commands.
export async function manifestOf(folder) {
  settings.enableAutoTranspile = false
  const plugin = new Plugin({
    root: folder,
    isRoot: true,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
  })
  await plugin.load()
  const file = join(folder, 'oclif.manifest.json')
  await writeFile(file, `${JSON.stringify(plugin.manifest, null, 2)}\n`)
  return file
}
