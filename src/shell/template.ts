import type { Json } from '../model/json.ts'
import { compileTemplate, type Template } from './compile-template.ts'

const compiled = new Map<string, Template>()

// Renders templates/NAME.hbs with plain data. A value that is missing is an error, not an empty place.
export function render(name: string, data: { readonly [key: string]: Json }): string {
  const template = compiled.get(name) ?? compileTemplate(name)
  compiled.set(name, template)
  return template(data)
}
