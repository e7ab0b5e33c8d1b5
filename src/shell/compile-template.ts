import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import type { Json } from '../model/json.ts'
import { packageRoot } from '../model/package-root.ts'

export type Template = (data: { readonly [key: string]: Json }) => string

// Makes a function of templates/NAME.hbs. In dist/ the build has done it already: see build/templates.mjs.
export function compileTemplate(name: string): Template {
  const text = readFileSync(join(packageRoot(), 'templates', `${name}.hbs`), 'utf8')
  return Handlebars.compile(text, { noEscape: true, strict: true, knownHelpersOnly: true }) as (data: unknown) => string
}
