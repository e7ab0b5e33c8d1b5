import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

// Every file of schemas/, by its name without .json. One without a `type` holds only $defs for the others.
export function readSchemas() {
  return readdirSync(join(root, 'schemas'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const schema = JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8'))
      return {
        name: file.slice(0, -'.json'.length),
        file,
        schema,
        library: !('type' in schema) && !('$ref' in schema) && !('oneOf' in schema),
      }
    })
}
