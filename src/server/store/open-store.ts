import type { Store } from '../../model/store.ts'
import { openDatabase } from './database.ts'
import { understood } from './failures.ts'
import { preparePlace } from './place.ts'
import { setUp } from './set-up.ts'
import { storeOn } from './sqlite-store.ts'

// Opens what the deployment server remembers: a SQLite file, made for its owner alone where it is missing. ':memory:'
// is for tests. Another process may have it open too.
export async function openStore(file: string): Promise<Store> {
  try {
    if (file !== ':memory:') await preparePlace(file)
    const database = await openDatabase(file)
    await setUp(database, file)
    return storeOn(database, file)
  } catch (error) {
    throw understood(file, error)
  }
}
