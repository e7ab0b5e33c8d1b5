import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'
import { readSchemas, root } from './schemas.mjs'

const typed = { app: 'AppFile', cluster: 'ClusterFile', flight: 'FlightFile' }

// The TypeScript type of a definition as a user may write it: name -> source text.
export async function definitionTypes() {
  const schemas = new Map(readSchemas().map(({ file, schema }) => [file, schema]))
  const sources = new Map()
  for (const [name, type] of Object.entries(typed)) {
    const { $defs: _, ...schema } = inlined(schemas.get(`${name}.json`), `${name}.json`, schemas)
    const text = await compile(schema, type, {
      bannerComment: `// Made from schemas/${name}.json by \`npm run generate\`: do not edit.`,
      style: { semi: false, singleQuote: true, printWidth: 120 },
      additionalProperties: false,
      ignoreMinAndMaxItems: true,
    })
    sources.set(name, text)
  }
  return sources
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
  for (const [name, text] of await definitionTypes()) writeFileSync(join(root, 'src/schema/types', `${name}.ts`), text)
}
