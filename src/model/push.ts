import { createHmac } from 'node:crypto'

// What a plan says of an environment file that goes to servers of an app, all of them or none: nothing of what it
// holds. Its tags are keyed with what only this run knows, and such a plan never leaves its process.
export type PlannedPush = {
  app: string
  does: 'push' | 'rollback'
  id: string // names what the servers note of it
  key: string
  servers: readonly PushedServer[]
  notes: readonly string[]
}

// `was` and `tag`: of the file that was shown before the question, null for none, and of the one that replaces it.
// `live`: the release whose cached configuration follows. `undoes`: the push whose file is taken back.
export type PushedServer = { name: string; was: string | null; tag: string; live: string | null; undoes: string | null }

// A push in the order of its time: <UTC, to the second>-<6 hex digits>.
export const PUSH_ID = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/

export function pushId(when: Date, random: Uint8Array): string {
  return `${when.toISOString().replace(/[-:]|\.\d+/g, '')}-${Buffer.from(random.subarray(0, 3)).toString('hex')}`
}

// Says of two files whether they are the same, to nobody but who has the key.
export function environmentTag(key: string, bytes: Uint8Array): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(bytes).digest('hex')
}
