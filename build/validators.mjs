import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { readSchemas, root } from './schemas.mjs'

const folder = join(root, 'src/schema/generated')

// Writes one validator a form to src/schema/generated/: schemas/cluster.json exports `cluster` from cluster.js.
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
  for (const { name, forms } of schemas) {
    if (forms.length === 0) continue
    for (const { ref } of forms) ajv.getSchema(ref)
    const code = standalone.default(ajv, Object.fromEntries(forms.map((form) => [form.name, form.ref])))
    const bundled = await build({
      stdin: { contents: code, resolveDir: root, sourcefile: `${name}.json`, loader: 'js' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      write: false,
      charset: 'utf8',
    })
    put(`${name}.js`, bundled.outputFiles[0].text)
    put(`${name}.d.ts`, declarations(name, forms))
  }
}

// A validator says of what passes it which type it has, where `npm run generate` makes one of the form.
function declarations(name, forms) {
  const types = forms.flatMap(({ type }) => type ?? [])
  return [
    types.length === 0 ? '' : `import type { ${types.join(', ')} } from '../types/${name}.ts'\n`,
    `import type { Validator } from '../violation.ts'\n\n`,
    ...forms.map((form) => `export declare const ${form.name}: Validator${form.type ? `<${form.type}>` : ''}\n`),
  ].join('')
}

// Whoever reads a validator meanwhile sees the old one or the new one, never half of it.
function put(file, text) {
  const fresh = join(folder, `.${file}.${process.pid}`)
  writeFileSync(fresh, text)
  renameSync(fresh, join(folder, file))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeValidators()
