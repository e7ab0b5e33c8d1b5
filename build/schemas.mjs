import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

// Files whose every $def is a form of its own. Of the others the whole file is, or the $defs are there for other files.
const FORMS = ['api', 'webhooks']

// Every file of schemas/, by its name without .json, with the forms in it: the name of each, and its reference.
export function readSchemas() {
  return readdirSync(join(root, 'schemas'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const schema = JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8'))
      const name = file.slice(0, -'.json'.length)
      return { name, file, schema, forms: formsOf(name, file, schema) }
    })
}

function formsOf(name, file, schema) {
  if (FORMS.includes(name))
    return Object.keys(schema.$defs).map((type) => ({
      name: `${type[0].toLowerCase()}${type.slice(1)}`,
      type,
      ref: `${file}#/$defs/${type}`,
    }))
  return 'type' in schema || '$ref' in schema || 'oneOf' in schema ? [{ name, ref: file }] : []
}
