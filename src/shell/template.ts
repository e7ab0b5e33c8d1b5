import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import type { Json } from '../model/json.ts'
import { packageRoot } from '../model/package-root.ts'

const compiled = new Map<string, (data: { readonly [key: string]: Json }) => string>()

// Renders templates/NAME.hbs with plain data. A value that is missing is an error, not an empty place.
export function render(name: string, data: { readonly [key: string]: Json }): string {
  let template = compiled.get(name)
  if (template === undefined) {
    const text = readFileSync(join(packageRoot(), 'templates', `${name}.hbs`), 'utf8')
    template = Handlebars.compile(text, { noEscape: true, strict: true, knownHelpersOnly: true }) as (data: unknown) => string
    compiled.set(name, template)
  }
  return template(data)
}
