import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFromFile } from 'json-schema-to-typescript'
import { root } from './schemas.mjs'

const typed = { app: 'AppFile', cluster: 'ClusterFile', flight: 'FlightFile' }

// The TypeScript type of a definition as a user may write it: name -> source text.
export async function definitionTypes() {
  const sources = new Map()
  for (const [name, title] of Object.entries(typed)) {
    const text = await compileFromFile(join(root, 'schemas', `${name}.json`), {
      cwd: join(root, 'schemas'),
      bannerComment: `// Made from schemas/${name}.json by \`npm run generate\`: do not edit.`,
      style: { semi: false, singleQuote: true, printWidth: 120 },
      additionalProperties: false,
      ignoreMinAndMaxItems: true,
      customName: (schema) => (schema.title?.startsWith(name === 'flight' ? 'flight.yml' : `${name}s/`) ? title : undefined),
    })
    sources.set(name, text)
  }
  return sources
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, 'src/schema/types'), { recursive: true })
  for (const [name, text] of await definitionTypes()) writeFileSync(join(root, 'src/schema/types', `${name}.ts`), text)
}
