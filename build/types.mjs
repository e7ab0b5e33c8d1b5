import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'
import { readSchemas, root } from './schemas.mjs'

const typed = { app: 'AppFile', cluster: 'ClusterFile', flight: 'FlightFile' }

// The TypeScript types of what people write and send: name of the schema -> source text.
export async function writtenTypes() {
  const all = readSchemas()
  const schemas = new Map(all.map(({ file, schema }) => [file, schema]))
  const sources = new Map()
  for (const { name, file, schema, forms } of all) {
    const own = forms.flatMap(({ type = typed[name] }) => (type === undefined ? [] : [type]))
    const texts = []
    for (const type of own) texts.push(await sourceOf(inlined(formOf(schema, type), file, schemas), type))
    if (own.length > 0)
      sources.set(name, `// Made from schemas/${file} by \`npm run generate\`: do not edit.\n\n${texts.join('\n')}`)
  }
  return sources
}

// A $def, or the whole without them.
function formOf({ $defs = {}, ...whole }, type) {
  return $defs[type] ?? whole
}

function sourceOf(schema, type) {
  return compile(schema, type, {
    bannerComment: '',
    style: { semi: false, singleQuote: true, printWidth: 120 },
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
  })
}

// Without references and titles, each of which would become an exported type of its own that nobody uses.
function inlined(value, file, schemas) {
  if (Array.isArray(value)) return value.map((item) => inlined(item, file, schemas))
  if (typeof value !== 'object' || value === null) return value
  const { $ref, ...rest } = value
  const own = Object.fromEntries(
    Object.entries(rest)
      .filter(([key, child]) => key !== 'title' || typeof child !== 'string')
      .map(([key, child]) => [key, inlined(child, file, schemas)]),
  )
  if ($ref === undefined) return own
  const [other, pointer] = $ref.split('#/')
  const target = pointer.split('/').reduce((here, key) => here[key], schemas.get(other || file))
  return { ...inlined(target, other || file, schemas), ...own }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, 'src/schema/types'), { recursive: true })
  for (const [name, text] of await writtenTypes()) writeFileSync(join(root, 'src/schema/types', `${name}.ts`), text)
}
