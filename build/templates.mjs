import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { root } from './schemas.mjs'

// Stands in dist/ for src/shell/compile-template.ts: templates/*.hbs as functions already, without Handlebars' compiler.
// Parsing and compiling them took a fifth of the CPU of a plan.
export const compiledTemplates = {
  name: 'compiled-templates',
  setup(build) {
    build.onLoad({ filter: /\/src\/shell\/compile-template\.ts$/ }, () => ({
      contents: compiledModule(),
      loader: 'js',
      resolveDir: root,
    }))
  },
}

function compiledModule() {
  const files = readdirSync(join(root, 'templates'))
    .filter((file) => file.endsWith('.hbs'))
    .sort()
  const specs = files.map(
    (file) => `  ${JSON.stringify(file.slice(0, -'.hbs'.length))}: ${String(precompiled(file))},\n`,
  )
  return `import Handlebars from 'handlebars/runtime.js'
const specs = {\n${specs.join('')}}
export function compileTemplate(name) {
  if (!Object.hasOwn(specs, name)) throw new Error(\`bug: there was no templates/\${name}.hbs when this was built\`)
  return Handlebars.template(specs[name])
}
`
}

// With the options of src/shell/compile-template.ts.
function precompiled(file) {
  return Handlebars.precompile(readFileSync(join(root, 'templates', file), 'utf8'), {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
  })
}
