import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Store } from '../../../src/model/store.ts'
import { openDatabase } from '../../../src/server/store/database.ts'
import { openStore } from '../../../src/server/store/open-store.ts'
import { refusal } from '../../support/runs.ts'
import { release } from './contract.ts'

const NOW = '2026-01-01T00:00:00.000Z'
const folder = mkdtempSync(join(tmpdir(), 'flight-store-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const newFile = () => join(folder, String(++count), 'state', 'serve.db')
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

// What a refused file says, once it is sure that nothing of it was changed.
async function refused(content: Buffer | string): Promise<string> {
  const file = join(folder, `refused-${++count}`)
  writeFileSync(file, content)
  const before = readFileSync(file)
  const error = await refusal(openStore(file))
  assert.equal(
    error.problems.map(({ code, where }) => [code, where]),
    [['FLIGHT_STORE', file]],
  )
  assert.ok(before.equals(readFileSync(file)), 'the file was changed')
  return error.message
}

// A database as other programs make it, as bytes.
async function databaseWith(...statements: string[]): Promise<Buffer> {
  const file = join(folder, `other-${++count}`)
  const database = await openDatabase(file)
  for (const statement of statements) database.run(statement)
  database.close()
  return readFileSync(file)
}

test('the file, what SQLite lays beside it and the folder are for their owner alone', async () => {
  const file = newFile()
  const store = await openStore(file)
  await store.ping()
  assert.equal(
    [mode(file), mode(`${file}-wal`), mode(`${file}-shm`), mode(join(file, '..')), mode(join(file, '../..'))],
    ['600', '600', '600', '700', '700'],
  )
  await store.close()
  chmodSync(file, 0o644)
  await (await openStore(file)).close()
  assert.is(mode(file), '600')
})

test('a folder that is there keeps its mode', async () => {
  const there = join(folder, 'there')
  mkdirSync(there, { mode: 0o755 })
  chmodSync(there, 0o755)
  await (await openStore(join(there, 'serve.db'))).close()
  assert.is(mode(there), '755')
})

test('what was closed is whole in its one file, and is there when it is opened again', async () => {
  const file = newFile()
  const store = await openStore(file)
  await store.accept(release('shop', 'a'), NOW)
  await store.close()
  const copy = join(folder, 'copy.db')
  writeFileSync(copy, readFileSync(file))
  const again = await openStore(copy)
  assert.is((await again.requests({ limit: 10 })).length, 1)
  await again.close()
})

test('no database, one of another program and one of a newer Flight are refused and left as they are', async () => {
  assert.match(await refused('this is text\n'.repeat(1_000)), /is no database/)
  assert.match(await refused(await databaseWith('CREATE TABLE other (a)')), /is the database of another program/)
  assert.match(
    await refused(await databaseWith('PRAGMA application_id = 7', 'PRAGMA user_version = 3')),
    /is the database of another program/,
  )
  assert.match(
    await refused(
      await databaseWith('PRAGMA application_id = 0x464c4754', 'PRAGMA user_version = 99', 'CREATE TABLE later (a)'),
    ),
    /was written by a newer Flight \(its tables are version 99/,
  )
})

test('a place where no file can be is named', async () => {
  const taken = join(folder, 'taken')
  writeFileSync(taken, '')
  for (const file of [folder, join(taken, 'serve.db')]) {
    const error = await refusal(openStore(file))
    assert.equal(
      error.problems.map(({ code, where }) => [code, where]),
      [['FLIGHT_STORE', file]],
    )
    assert.match(error.message, /is no file|cannot be opened, read or written/)
  }
  assert.is(mode(folder), '700')
})

test('a column that is not as Flight writes it is damage, and is said', async () => {
  const file = newFile()
  const store = await openStore(file)
  const { request } = await store.accept(release('shop', 'a'), NOW)
  await store.append(request.id, [{ at: NOW, event: { event: 'note', text: 'x' } }])
  await store.keep('live', NOW, [])
  const database = await openDatabase(file)
  for (const statement of [
    `UPDATE request SET end = '{"exit":"0"}'`,
    `UPDATE event SET told = '[]'`,
    `UPDATE kept SET document = '{'`,
  ])
    database.run(statement)
  for (const read of [store.request(1), store.unfinished(), store.events(1, 0, 10), store.kept('live')])
    assert.match((await refusal(read)).message, /is damaged: (end|told|document) is no/)
  await store.close()
  database.close()
})

test('a NUL character in a name is refused rather than cut off, and in what is told it stays', async () => {
  const store = await openStore(':memory:')
  assert.ok(
    await store.accept(release('shop', 'a', { key: 'a\0b' }), NOW).then(
      () => false,
      () => true,
    ),
  )
  assert.equal(await store.requests({ limit: 10 }), [])
  await store.close()
})

test('a file of Flight that was damaged on its disk is refused with a way out', async () => {
  const file = newFile()
  const store = await openStore(file)
  for (let index = 0; index < 200; index++) await store.keep(`live ${index}`, NOW, 'x'.repeat(500))
  await store.close()
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0xa5, 4096))
  const error = await refusal(openStore(file).then((opened) => opened.requests({ limit: 10 })))
  assert.match(error.message, /is damaged/)
})

// Several connections of one process stand for processes: SQLite's locks are the same for both.
test('of several that make the same file at once, and accept the same at once, none hinders another', async () => {
  const file = newFile()
  const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(file)))
  const wishes = Array.from({ length: 20 }, (_, index) =>
    release('shop', String(index), index % 2 === 0 ? { key: String(index) } : {}),
  )
  const answers = await Promise.all(stores.flatMap((store: Store) => wishes.map((wish) => store.accept(wish, NOW))))
  assert.is(answers.filter(({ is }) => is === 'new').length, 20)
  assert.is(new Set(answers.map(({ request }) => request.id)).size, 20)
  const told = await Promise.all(
    stores.flatMap((store) =>
      Array.from({ length: 10 }, () => store.append(1, [{ at: NOW, event: { event: 'note', text: 'x' } }])),
    ),
  )
  assert.equal(
    told
      .flat()
      .map(({ n }) => n)
      .sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, index) => index + 2),
  )
  await Promise.all(stores.map((store) => store.close()))
})

test('the database itself refuses what would be the same twice', async () => {
  const file = newFile()
  const store = await openStore(file)
  await store.accept(release('shop', 'a', { key: 'k' }), NOW)
  await store.accept(release('shop', 'a', { key: 'l' }), NOW)
  const { request } = await store.accept(release('shop', 'b'), NOW)
  const database = await openDatabase(file)
  const again = (id: number, change: string) => () =>
    database.run(
      `INSERT INTO request SELECT ${id} AS id, ${change}, by, asked, state, not_before, attempts, cancelled, began, ` +
        `ended, release, end, superseded_by, events, remembers FROM request WHERE id = ${id - 10}`,
    )
  assert.throws(again(11, 'app, does, commit_id, ref, older, leaving, going_to, key'), /UNIQUE/)
  assert.throws(again(request.id + 10, 'app, does, commit_id, ref, older, leaving, going_to, key'), /UNIQUE/)
  again(request.id + 10, 'app, does, commit_id, ref, 1, leaving, going_to, key')()
  database.close()
  await store.close()
})

test('libsql is loaded when a store is opened, and not before', () => {
  const store = new URL('../../../src/server/store/open-store.ts', import.meta.url).href
  const script = `
    const loaded = () => Object.keys(require.cache).some((name) => name.includes('/libsql/'))
    import(${JSON.stringify(store)}).then(async ({ openStore }) => {
      const before = loaded()
      await (await openStore(':memory:')).close()
      console.log(before, loaded())
    })`
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', script], { encoding: 'utf8' })
  assert.is(stdout.trim(), 'false true', stderr)
})

test.run()
