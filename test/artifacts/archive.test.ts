import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { artifactsOf } from '../../src/artifacts/cache.ts'
import { make, refused, repository, requestFor, unpacked } from './repository.ts'

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const LONG = `${'x'.repeat(120)}/${'y'.repeat(200)}`
const HOSTILE = {
  'a b': 'space',
  'new\nline': 'newline',
  'quote\'"s': 'quotes',
  '-rf': 'dash',
  '--checkpoint-action=exec=sh': 'option',
  $HOME: 'dollar',
  'back\\slash': 'backslash',
  ümläut: 'utf-8',
  '*': 'star',
  [LONG]: 'long',
  'bin/run': { executable: '#!/bin/sh\n' },
}

test('every name arrives as it is, with its content and its mode', async () => {
  const shop = repository()
  shop.commit('Names', { ...HOSTILE, empty: '', odd: Buffer.alloc(513, 7) })
  const { artifact, letGo } = await make(requestFor(shop.path))
  const folder = unpacked(artifact.file)
  for (const [name, content] of Object.entries(HOSTILE))
    if (typeof content === 'string') assert.is(readFileSync(join(folder, name), 'utf8'), content)
  assert.is(lstatSync(join(folder, 'bin/run')).mode & 0o777, 0o755)
  assert.is(lstatSync(join(folder, '-rf')).mode & 0o777, 0o644)
  assert.is(statSync(join(folder, 'odd')).size, 513)
  assert.is(lstatSync(join(folder, 'a b')).mtimeMs, Date.parse(artifact.committedAt))
  assert.is(artifact.sha256, sha256(readFileSync(artifact.file)))
  assert.is(artifact.size, statSync(artifact.file).size)
  assert.is(statSync(artifact.file).mode & 0o777, 0o600)
  letGo()
})

test('the same commit gives the same bytes, on another day, in another state folder', async () => {
  const shop = repository()
  shop.commit('Names', {
    ...HOSTILE,
    'version.txt': '$Format:%H %D %d$\n',
    '.gitattributes': 'version.txt export-subst\n',
    'composer.lock': '{}',
  })
  const first = await make(requestFor(shop.path))
  shop.git('tag', 'a-ref-more')
  const second = await make(requestFor(shop.path))
  assert.is(first.artifact.sha256, second.artifact.sha256)
  assert.is(first.artifact.composerLock, sha256('{}'))
  assert.is(readFileSync(join(unpacked(first.artifact.file), 'version.txt'), 'utf8').trim(), first.artifact.commit)
})

test('export-ignore is honoured as git does, also that of folders above the subdirectory', async () => {
  const shop = repository()
  shop.commit('Monorepo', {
    '.gitattributes': 'backend/tests export-ignore\n',
    'backend/.gitattributes': '*.md export-ignore\n',
    'backend/tests/a': '1',
    'backend/b/c.php': '2',
    'backend/README.md': '3',
    'backendish/x': '4',
    'front/x': '5',
  })
  const { artifact } = await make(requestFor(shop.path, { subdirectory: 'backend' }))
  assert.equal(readdirSync(unpacked(artifact.file), { recursive: true }).sort(), ['.gitattributes', 'b', 'b/c.php'])
})

test('links are kept, and those that lead out are reported', async () => {
  const shop = repository()
  shop.commit('Links', {
    'in/a': '1',
    'in/b': { link: '../in/a' },
    'in/up': { link: '../../x' },
    abs: { link: '/etc/passwd' },
    '.env': 'SECRET=1',
  })
  const { artifact } = await make(requestFor(shop.path))
  assert.is(readlinkSync(join(unpacked(artifact.file), 'in/up')), '../../x')
  assert.is(artifact.warnings.length, 2)
  assert.match(artifact.warnings[0] ?? '', /^\.env is in it/)
  assert.match(artifact.warnings[1] ?? '', /abs -> \/etc\/passwd, in\/up -> \.\.\/\.\.\/x$/)
})

test('a submodule is refused by name, unless it is not part of the archive', async () => {
  const inner = repository()
  inner.commit('Inner', { a: '1' })
  const shop = repository()
  shop.commit('First', { a: '1' })
  shop.git('submodule', '--quiet', 'add', inner.path, 'packages/inner')
  shop.commit('With', {})
  assert.match(await refused(make(requestFor(shop.path))), /^FLIGHT_ARTIFACT it has submodules.*: packages\/inner \(/)
  assert.match(
    await refused(make(requestFor(shop.path, { buildCommands: ['true'] }))),
    /^FLIGHT_ARTIFACT it has submodules/,
  )
  shop.commit('Ignored', { '.gitattributes': 'packages export-ignore\n' })
  await make(requestFor(shop.path))
})

test('Git LFS is refused by name, by its attribute and by its pointer', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`
  const shop = repository()
  shop.commit('Pointer', { 'public/logo.psd': pointer })
  assert.match(await refused(make(requestFor(shop.path))), /FLIGHT_ARTIFACT files lie in Git LFS.*public\/logo\.psd/)
  assert.match(await refused(make(requestFor(shop.path, { buildCommands: ['true'] }))), /public\/logo\.psd/)
  shop.commit('Attribute', { 'public/logo.psd': 'x', 'public/.gitattributes': '*.psd filter=lfs\n' })
  assert.match(await refused(make(requestFor(shop.path))), /FLIGHT_ARTIFACT files lie in Git LFS.*public\/logo\.psd/)
  shop.commit('Other', { 'public/.gitattributes': '*.psd filter=git-crypt\n' })
  assert.match(
    (await make(requestFor(shop.path))).artifact.warnings[0] ?? '',
    /logo\.psd are as git stores them: the filter git-crypt is not run/,
  )
})

test('a made artifact is found again; one that was damaged is made again', async () => {
  const shop = repository()
  shop.commit('First', { a: '1' })
  const request = requestFor(shop.path)
  const first = await make(request)
  const again = await make(request)
  assert.ok(again.events.some(({ kind }) => kind === 'cached'))
  assert.equal(again.artifact, first.artifact)
  first.letGo()
  again.letGo()
  writeFileSync(first.artifact.file, 'damaged')
  const third = await make(request)
  assert.not.ok(third.events.some(({ kind }) => kind === 'cached'))
  assert.equal(third.artifact, first.artifact)
})

test('only the newest artifacts of an app are kept, and those in use', async () => {
  const shop = repository()
  const request = requestFor(shop.path, { keep: 2 })
  const made = []
  for (const number of [1, 2, 3, 4]) {
    shop.commit(`Number ${number}`, { a: String(number) })
    const one = await make(request)
    made.push(one)
    if (number !== 1) one.letGo()
    const record = join(one.artifact.file, '../artifact.json')
    utimesSync(record, new Date(2026, 0, number), new Date(2026, 0, number))
  }
  assert.equal(
    made.map(({ artifact }) => existsSync(artifact.file)),
    [true, false, true, true],
  )
  made[0]?.letGo()
  shop.commit('Number 5', { a: '5' })
  await make(request)
  assert.equal(
    made.map(({ artifact }) => existsSync(artifact.file)),
    [false, false, false, true],
  )
  assert.is(readdirSync(artifactsOf(request.state, 'shop')).length, 2)
})

test('two runs at once make one artifact', async () => {
  const shop = repository()
  shop.commit('First', { a: '1' })
  const request = requestFor(shop.path, { buildCommands: ['date +%N >made; sleep 0.5'] })
  const [one, two] = await Promise.all([make(request), make(request)])
  assert.is(one?.artifact.sha256, two?.artifact.sha256)
  assert.is([one, two].filter((each) => each?.events.some(({ kind }) => kind === 'command')).length, 1)
  rmSync(request.state, { recursive: true })
})

test.run()
