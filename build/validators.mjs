import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { readSchemas, root } from './schemas.mjs'

const folder = join(root, 'src/schema/generated')

// Writes one validator a schema to src/schema/generated/: schemas/cluster.json exports `cluster` from cluster.js.
// What ajv's code needs at run time is bundled in, so that nothing of ajv is left to install.
export async function writeValidators() {
  mkdirSync(folder, { recursive: true })
  const schemas = readSchemas()
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: 'log',
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
    discriminator: true,
    code: { source: true, esm: true, lines: true },
    schemas: Object.fromEntries(schemas.map(({ file, schema }) => [file, schema])),
  })
  for (const { name, file, library } of schemas) {
    if (library) continue
    ajv.getSchema(file)
    const code = standalone.default(ajv, { [name]: file })
    const bundled = await build({
      stdin: { contents: code, resolveDir: root, sourcefile: file, loader: 'js' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      write: false,
      charset: 'utf8',
    })
    put(`${name}.js`, bundled.outputFiles[0].text)
    put(`${name}.d.ts`, `import type { Validator } from '../violation.ts'\n\nexport declare const ${name}: Validator\n`)
  }
}

// Whoever reads a validator meanwhile sees the old one or the new one, never half of it.
function put(file, text) {
  const fresh = join(folder, `.${file}.${process.pid}`)
  writeFileSync(fresh, text)
  renameSync(fresh, join(folder, file))
}
