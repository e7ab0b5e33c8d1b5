import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

type Schema = { [key: string]: unknown }

const folder = new URL('../../schemas/', import.meta.url)
const schemas = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Schema]),
)
// What people write in an editor; a plan is written by Flight.
const written = ['api.json', 'app.json', 'cluster.json', 'common.json', 'flight.json']

for (const file of written) {
  const nodes = [...walk(schemas.get(file), file)]

  test(`${file}: every property explains itself: title, description, examples`, () => {
    const mute = nodes
      .filter(({ where }) => /\/properties\/[^/]+$/.test(where))
      .flatMap(({ where, schema }) => {
        const target = followed(schema, file)
        return ['title', 'description', 'examples']
          .filter((word) => !(word in schema) && !(word in target))
          .map((word) => `${where} ${word}`)
      })
    assert.equal(mute, [])
  })

  test(`${file}: every mapping is closed`, () => {
    const open = nodes.filter(({ schema }) => schema['type'] === 'object' && !('additionalProperties' in schema))
    assert.equal(
      open.map(({ where }) => where),
      [],
    )
  })

  test(`${file}: every text has a pattern from its first to its last character, every list a bound`, () => {
    const loose = nodes.filter(({ schema }) => {
      if (schema['type'] === 'array') return !('maxItems' in schema)
      if (![schema['type']].flat().includes('string')) return false
      return !/^\^.*\$$/s.test(String(schema['pattern'])) || hasBareAlternative(String(schema['pattern']))
    })
    assert.equal(
      loose.map(({ where }) => where),
      [],
    )
  })

  test(`${file}: every example and default is valid`, () => {
    const ajv = new Ajv2020({ strict: false, schemas: Object.fromEntries(schemas) })
    const wrong = nodes.flatMap(({ where, schema }) => {
      const examples = [
        ...((schema['examples'] as unknown[] | undefined) ?? []),
        ...('default' in schema ? [schema['default']] : []),
      ]
      if (examples.length === 0 || where === file) return []
      const validate = ajv.getSchema(`${file}#${where.slice(file.length)}`)
      return examples
        .filter((example) => validate?.(example) !== true)
        .map((example) => `${where}: ${JSON.stringify(example)}`)
    })
    assert.equal(wrong, [])
  })
}

// a|b without a group around it: the anchors would belong to one branch each.
function hasBareAlternative(pattern: string): boolean {
  let depth = 0
  for (const token of pattern.match(/\\.|\[(?:\\.|[^\]])*\]|./gs) ?? []) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (token === '|' && depth === 0) return true
  }
  return false
}

function followed(schema: Schema, file: string): Schema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return {}
  const [other, pointer] = reference.split('#/') as [string, string]
  let target: unknown = schemas.get(other === '' ? file : other)
  for (const key of pointer.split('/')) target = (target as Schema)[key]
  return target as Schema
}

function* walk(value: unknown, where: string): Generator<{ where: string; schema: Schema }> {
  if (typeof value !== 'object' || value === null || /\/(?:examples|default|enum|const|required)$/.test(where)) return
  if (!Array.isArray(value) && !/\/(?:properties|\$defs|dependentRequired|anyOf)$/.test(where))
    yield { where, schema: value as Schema }
  for (const [key, child] of Object.entries(value)) yield* walk(child, `${where}/${key}`)
}

test.run()
