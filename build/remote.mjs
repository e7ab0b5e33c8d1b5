import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './schemas.mjs'

const folder = join(root, 'src/remote')

// Stands in dist/ for src/shell/remote-file.ts: the shell and awk programs of src/remote as texts, so that the bundle
// reads no file. A program that is named somewhere and is not there fails the build.
export const remotePrograms = {
  name: 'remote-programs',
  setup(build) {
    build.onLoad({ filter: /\/src\/shell\/remote-file\.ts$/ }, () => ({ contents: textsModule(), loader: 'js' }))
  },
}

function textsModule() {
  const files = readdirSync(folder)
    .filter((file) => /\.(sh|awk)$/.test(file))
    .sort()
  const texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
  const listed = readFileSync(join(root, 'src/shell/program-names.ts'), 'utf8')
  const named = [
    ...[...listed.matchAll(/'([a-z0-9-]+)'/g)].map(([, name]) => `${name}.sh`),
    ...Object.values(texts).flatMap((text) => [...text.matchAll(/ \.\/([a-z0-9-]+\.(?:sh|awk))\b/g)].map((m) => m[1])),
  ]
  const missing = named.filter((file) => !(file in texts))
  if (missing.length > 0) throw new Error(`src/remote has no ${missing.join(', ')}`)
  return `const texts = ${JSON.stringify(texts)}\nexport const remoteFile = (file) => texts[file]\n`
}
