import { existsSync, readFileSync } from 'node:fs'
import type { Store } from '../../../src/model/store.ts'
import { openDatabase } from '../../../src/server/store/database.ts'
import { openStore } from '../../../src/server/store/open-store.ts'

// How many things were acknowledged, and which of them the store does
// not have; anything else that is wrong with the file stands there too.
export type Found = { acknowledged: number; wrong: string[] }

const ORDER = ['waiting', 'running', 'succeeded']

// Compares what test/server/store/hard-worker.ts noted with what is there.
export async function compareWithNotes(file: string, notes: string): Promise<Found> {
  const text = existsSync(notes) ? readFileSync(notes, 'utf8') : ''
  // A last line without its end was being written.
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
  const store = await openStore(file)
  try {
    const missing = (
      await Promise.all(lines.map(async (words) => ((await isThere(store, words)) ? [] : [words.join(' ')])))
    ).flat()
    return { acknowledged: lines.length, wrong: [...missing, ...(await gaps(store)), ...(await integrity(file))] }
  } finally {
    await store.close()
  }
}

async function isThere(
  store: Store,
  [what, subject = '', value = '', commit = '']: readonly string[],
): Promise<boolean> {
  const id = Number(subject)
  switch (what) {
    case 'accepted': {
      const request = await store.request(id)
      return request?.wish.does === 'release' && request.wish.commit === value
    }
    case 'told': {
      const last = (await store.events(id, Number(value) - 1, 1))[0]
      return last?.told.event === 'note' && last.told.text === commit
    }
    case 'changed': {
      const request = await store.request(id)
      const events = await store.events(id, 0, 100)
      return (
        request !== undefined &&
        ORDER.indexOf(request.state) >= ORDER.indexOf(value) &&
        events.length >= 4 + ORDER.indexOf(value)
      )
    }
    case 'kept':
      return JSON.stringify((await store.kept(subject))?.document) === JSON.stringify({ time: Number(value) })
    default:
      throw new Error(`nobody notes: ${what}`)
  }
}

// Requests and their events are numbered from 1 without gaps, and each change of state was told with it.
async function gaps(store: Store): Promise<string[]> {
  const requests = (await store.requests({ limit: 1_000_000 })).reverse()
  const wrong = requests.flatMap(({ id }, index) => (id === index + 1 ? [] : [`request ${id} is number ${index + 1}`]))
  for (const { id, state } of requests) {
    const numbers = (await store.events(id, 0, 100)).map(({ n }) => n)
    if (numbers.some((n, index) => n !== index + 1)) wrong.push(`events of ${id}: ${numbers.join(' ')}`)
    const expected = state === 'waiting' ? [1, 4] : [4 + ORDER.indexOf(state)]
    if (!expected.includes(numbers.length)) wrong.push(`request ${id} is ${state} with ${numbers.length} events`)
  }
  return wrong
}

async function integrity(file: string): Promise<string[]> {
  const database = await openDatabase(file)
  try {
    const said = database.run('PRAGMA integrity_check').flatMap((row) => Object.values(row).map(String))
    return said.join() === 'ok' ? [] : said
  } finally {
    database.close()
  }
}
