import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pages.ts'

type Schema = {
  $ref?: string
  $defs?: Record<string, Schema>
  description?: string
  default?: unknown
  required?: readonly string[]
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: readonly Schema[]
}

// What has a table of its own: elsewhere it is one row that refers to it.
const TOLD_ONCE: Readonly<Record<string, string>> = {
  'common.json#/$defs/ssh': '[below](#ssh)',
  'common.json#/$defs/phpSource': '[below](#php_source)',
}

const files = new Map<string, Schema>()
function schemaFile(name: string): Schema {
  const known = files.get(name) ?? (JSON.parse(readFileSync(join(root, 'schemas', name), 'utf8')) as Schema)
  files.set(name, known)
  return known
}

type Found = { schema: Schema; file: string; ref: string | undefined }

function followed(schema: Schema, file: string): Found {
  if (schema.$ref === undefined) return { schema, file, ref: undefined }
  const [other, pointer = ''] = schema.$ref.split('#/')
  const home = other === undefined || other === '' ? file : other
  const target = pointer
    .split('/')
    .reduce((here, key) => (here as unknown as Record<string, Schema>)[key] as Schema, schemaFile(home))
  const { $ref: _ref, ...own } = schema
  const inner = followed(target, home)
  return { schema: { ...inner.schema, ...own }, file: inner.file, ref: `${home}#/${pointer}` }
}

type Row = { key: string; given: string; about: string }

function rowsOf({ schema, file }: Found, path: string): Row[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const found = followed(child, file)
    const key = path === '' ? name : `${path}.${name}`
    const elsewhere = TOLD_ONCE[found.ref ?? '']
    const given =
      schema.required?.includes(name) === true
        ? 'required'
        : found.schema.default === undefined
          ? ''
          : `\`${written(found.schema.default)}\``
    const row = {
      key,
      given,
      about: [found.schema.description ?? '', ...(elsewhere === undefined ? [] : [elsewhere])].join(' '),
    }
    return [row, ...(elsewhere === undefined ? rowsOf(found, key) : [])]
  })
  const items = schema.items === undefined ? [] : rowsOf(followed(schema.items, file), `${path}[]`)
  const alternatives = (schema.anyOf ?? []).flatMap((each) => rowsOf(followed(each, file), path))
  // A list where one may stand alone has the same keys twice.
  return [...own, ...items, ...alternatives].filter(
    (row, index, all) =>
      all.findIndex(({ key }) => key.replaceAll('[]', '') === row.key.replaceAll('[]', '')) === index,
  )
}

function written(value: unknown): string {
  return typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? value.length === 0
        ? '[ ]'
        : `[ ${value.join(', ')} ]`
      : String(value)
}

// The keys of a definition (cluster.json) or of a part that several share (ssh), as a Markdown table.
export function keyTable(name: string): string {
  const file = name.endsWith('.json') ? name : 'common.json'
  const start = name.endsWith('.json') ? schemaFile(file) : (schemaFile(file).$defs?.[name] as Schema)
  const rows = rowsOf({ schema: start, file, ref: undefined }, '')
  const cells = ({ key, given, about }: Row) =>
    `| \`${key}\` | ${given} | ${about.replaceAll('|', '\\|').replaceAll('*.', '\\*.')} |`
  return ['| key | default | |', '|---|---|---|', ...rows.map(cells)].join('\n')
}
