import { openSync, writeSync } from 'node:fs'
import { openDatabase } from '../../../src/server/store/database.ts'
import { openStore, preparePlace, setUp } from '../../../src/server/store/open-store.ts'
import { storeOn } from '../../../src/server/store/sqlite-store.ts'
import type { RequestEvent } from '../../../src/model/request.ts'
import { release } from './contract.ts'

// A process that writes to a store as fast as it can and notes each thing that has resolved in a file of its own. It
// ends only by a kill. Arguments: the store, the notes, `careless` for one that does not wait for the disk.

const [file = '', notes = '', care = ''] = process.argv.slice(2)
const NOW = '2026-01-01T00:00:00.000Z'
const output = openSync(notes, 'a')
const acknowledge = (...words: (string | number)[]) => writeSync(output, `${words.join(' ')}\n`)
const note = (text: string) => ({ at: NOW, event: { event: 'note', text } satisfies RequestEvent })

async function carelessStore() {
  await preparePlace(file)
  const database = await openDatabase(file)
  await setUp(database, file)
  database.run('PRAGMA synchronous = OFF')
  return storeOn(database, file)
}

process.send?.('opens')
const store = care === 'careless' ? await carelessStore() : await openStore(file)
process.send?.('works')

async function work(name: string): Promise<never> {
  for (let time = 1; ; time++) {
    const commit = `${process.pid}.${name}.${time}`
    const { request } = await store.accept(release(name, commit, time % 2 === 0 ? { key: commit } : {}), NOW)
    acknowledge('accepted', request.id, commit)
    const told = await store.append(request.id, [note('one'), note('x'.repeat(time % 3_000)), note(commit)])
    acknowledge('told', request.id, told.at(-1)?.n ?? 0, commit)
    await store.change(
      request.id,
      ['waiting'],
      { state: 'running', attempts: 1 },
      { at: NOW, event: { event: 'begins', attempt: 1 } },
    )
    acknowledge('changed', request.id, 'running')
    await store.change(
      request.id,
      ['running'],
      { state: 'succeeded', ended: NOW, end: { exit: 0, said: commit, problems: [] } },
      note('end'),
    )
    acknowledge('changed', request.id, 'succeeded')
    await store.keep(commit, NOW, { time })
    acknowledge('kept', commit, time)
  }
}

await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(work))
