import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const src = fileURLToPath(new URL('../../src', import.meta.url))

// The floors of docs/architecture.md. A file imports lower floors, or its own folder.
const FLOORS: readonly (readonly string[])[] = [
  ['model'],
  ['shell', 'schema'],
  ['definitions', 'environment', 'facts', 'steps', 'kinds', 'transport'],
  ['features', 'artifacts'],
  ['engine'],
  ['engine/host', 'engine/resolve'],
  ['engine/undertakings'],
  ['engine/plan'],
  ['engine/apply'],
  ['views'],
  ['operations'],
  ['server/store', 'server/watch', 'server/page'],
  ['server/fleet'],
  ['server/notices'],
  ['server/queue', 'server/http'],
  ['server'],
  ['cli'],
]
// Folders whose own folders are floors.
const STOREYS = ['engine', 'server']
const floorOf = (folder: string) => FLOORS.findIndex((folders) => folders.includes(folder))

function folderOf(file: string): string {
  const [first = '', second, third] = file.split('/')
  return STOREYS.includes(first) && third !== undefined ? `${first}/${second}` : first
}

type Import = { file: string; folder: string; target: string }

const files = (readdirSync(src, { recursive: true }) as string[]).filter(
  (file) => /\.tsx?$/.test(file) && !file.includes('generated'),
)
const imports: Import[] = files.flatMap((file) =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, target]) => ({
    file,
    folder: folderOf(file),
    target: (target as string).startsWith('.') ? normalize(join(dirname(file), target as string)) : (target as string),
  })),
)
const own = imports.filter(({ target }) => /\.(tsx?|js)$/.test(target))
const list = (found: readonly Import[]) => found.map(({ file, target }) => `${file} -> ${target}`).join('\n')

test('every folder of src has a floor', () => {
  const folders = [...new Set(files.map(folderOf))]
  assert.equal(
    folders.filter((folder) => floorOf(folder) < 0),
    [],
  )
})

test('a file imports lower floors, or its own folder', () => {
  const wrong = own.filter(({ folder, target }) => {
    const other = folderOf(target)
    return other !== folder && floorOf(other) >= floorOf(folder)
  })
  assert.is(list(wrong), '')
})

test('the command line enters the deployment server by its doors alone, and only for what belongs to serve', () => {
  const entering = own.filter(({ folder, target }) => folder === 'cli' && target.startsWith('server/'))
  const wrong = entering.filter(
    ({ file, target }) => target.split('/').length > 2 || !/^cli\/commands\/serve[./]/.test(file),
  )
  assert.is(list(wrong), '')
  assert.ok(entering.length > 0)
})

test('kinds do not import kinds, features do not import features; only their tables do', () => {
  const isMember = (folder: string, file: string) => {
    const text = readFileSync(join(src, file), 'utf8')
    return folder === 'kinds'
      ? /export const \w+Kind:/.test(text)
      : /export const \w+Feature(: (Server|App)Feature| = \(input)/.test(text)
  }
  const wrong = own.filter(
    ({ file, folder, target }) =>
      (folder === 'kinds' || folder === 'features') &&
      target.startsWith(`${folder}/`) &&
      isMember(folder, target) &&
      ![
        'kinds/kinds.ts',
        'features/provisioning.ts',
        'features/configuring.ts',
        'features/app-release.ts',
        'features/app-environment.ts',
      ].includes(file),
  )
  assert.is(list(wrong), '')
})

// In drift, which is read by other programs, a release that others serve stands among the actions.
const SAYS_A_KIND = ['views/drift.ts']

test('only a kind itself, and the features that want something of it, name it', () => {
  const table = readFileSync(join(src, 'kinds/kinds.ts'), 'utf8')
  const kinds = [...table.matchAll(/^ {2}'?([a-z-]+)'?: \w+Kind,$/gm)].map(([, kind]) => kind)
  assert.ok(kinds.length > 10)
  const named = new RegExp(
    `(?:action|resource|planned|now|current)\\??\\.kind (?:===|!==) '|\\bkind: '(?:${kinds.join('|')})'`,
  )
  const wrong = files.filter(
    (file) => !/^(kinds|features|model)\//.test(file) && named.test(readFileSync(join(src, file), 'utf8')),
  )
  // What is one of its two shapes on pages, or an event of an artifact, is no kind of resource.
  assert.equal(
    wrong.filter((file) => !/^(server\/page|artifacts)\//.test(file)),
    SAYS_A_KIND,
  )
})

test('only transport imports ssh2', () => {
  assert.is(list(imports.filter(({ folder, target }) => target.startsWith('ssh2') && folder !== 'transport')), '')
})

test("only the engine's tree imports listr2, and nothing else there bounds what runs at once", () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      (target === 'listr2' && file !== 'engine/tree.ts') || (target === 'p-limit' && file.startsWith('engine/')),
  )
  assert.is(list(wrong), '')
})

test('the model has no dependency', () => {
  assert.is(
    list(
      imports.filter(
        ({ folder, target }) => folder === 'model' && !target.startsWith('model/') && !target.startsWith('node:'),
      ),
    ),
    '',
  )
})

test('only undertakings know which one a plan or a receipt is; everything else asks them', () => {
  const TELLING =
    /isAllOrNone\(|\breleases\.length\b|\bpushes\s*(===|!==|\?\?|\?\.|= \[\])|\bundertaking\s*[!=]==|switch \(.*undertaking\)/
  const telling = files
    .filter((file) => !file.startsWith('engine/undertakings/') && !file.startsWith('schema/types/'))
    .flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (TELLING.test(line) ? [`${file}:${index + 1}`] : [])),
    )
  assert.equal(telling, [])
})

test('nothing imports in a circle', () => {
  const edges = new Map(
    files.map((file) => [file, own.filter((each) => each.file === file).map(({ target }) => target)]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'open') circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (state.has(file)) return
    state.set(file, 'open')
    for (const target of edges.get(file) ?? []) visit(target, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  assert.is(circles.join('\n'), '')
})

test('no file only passes on others, none is named for nothing, none is longer than a thought', () => {
  const barrels = files.filter((file) => {
    const lines = readFileSync(join(src, file), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('//'))
    return lines.length > 0 && lines.every((line) => /^export .* from '/.test(line))
  })
  assert.equal(barrels, [])
  assert.equal(
    files.filter((file) => /(^|\/)(index|utils?|helpers?|misc|common)\b|manager/i.test(file)),
    [],
  )
  const long = files.filter(
    (file) => !file.startsWith('schema/types/') && readFileSync(join(src, file), 'utf8').split('\n').length > 250,
  )
  assert.equal(long, [])
})

test('an exported name stands for one thing', () => {
  const places = new Map<string, string[]>()
  const exported = /^export (?:async |abstract )?(?:function\*?|const|let|class|type|interface) (\w+)/gm
  for (const file of files)
    for (const [, name = ''] of readFileSync(join(src, file), 'utf8').matchAll(exported))
      places.set(name, [...(places.get(name) ?? []), file])
  const twice = [...places]
    .filter(([, where]) => where.length > 1)
    .map(([name, where]) => `${name}: ${where.join(' ')}`)
  assert.equal(twice, [])
})

// A regular expression is one word.
test('no line is wider than 120', () => {
  const code = ['src', 'test', 'bench', 'drills', 'quickstart'].flatMap((folder) =>
    (readdirSync(join(src, '..', folder), { recursive: true }) as string[])
      .filter((file) => /\.tsx?$/.test(file) && !/generated|schema\/types/.test(file))
      .map((file) => join(folder, file)),
  )
  const wide = code.flatMap((file) =>
    readFileSync(join(src, '..', file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        line.length > 120 && !/^\s*\/.*\/[a-z]*,?$/.test(line) ? [`${file}:${index + 1}`] : [],
      ),
  )
  assert.equal(wide, [])
})

test.run()
