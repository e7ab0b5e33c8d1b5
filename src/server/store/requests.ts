import {
  type NewRequest,
  type Request,
  REQUEST_STATES,
  type RequestEnd,
  type RequestState,
} from '../../model/request.ts'
import type { Accepted, RequestChange, RequestFilter } from '../../model/store.ts'
import type { Database, Row, Value } from './database.ts'
import { atMost, Damage, jsonOf, oneOf, textOf, textOrNull, toJson, whole, wholeOrNull } from './rows.ts'

const UNFINISHED = `state IN ('waiting', 'running')`
const SAME_WISH = 'does = ? AND commit_id IS ? AND older IS ? AND leaving IS ? AND going_to IS ?'
const NEWEST = 'AND id < ? AND state IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?'

// What is asked for, each as one step: who calls puts it into a transaction.
export function requestTable(database: Database) {
  const byId = database.prepare('SELECT * FROM request WHERE id = ?')
  const byKey = database.prepare('SELECT * FROM request WHERE app = ? AND key = ?')
  const byWish = database.prepare(
    `SELECT * FROM request WHERE app = ? AND ${SAME_WISH} AND ${UNFINISHED} AND cancelled IS NULL ORDER BY id LIMIT 1`,
  )
  const isSame = database.prepare(`SELECT id FROM request WHERE id = ? AND ${SAME_WISH}`)
  const insert = database.prepare(
    `INSERT INTO request (app, does, commit_id, older, leaving, going_to, ref, key, by, asked, state, attempts, ` +
      `events, remembers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, 0, 0) RETURNING *`,
  )
  const update = database.prepare(
    `UPDATE request SET state = ?, not_before = ?, attempts = ?, cancelled = ?, began = ?, ended = ?, release = ?, ` +
      `end = ?, superseded_by = ? WHERE id = ? RETURNING *`,
  )
  const newest = database.prepare(`SELECT * FROM request WHERE true ${NEWEST}`)
  const newestOfApp = database.prepare(`SELECT * FROM request WHERE app = ? ${NEWEST}`)
  const unfinished = database.prepare(`SELECT * FROM request WHERE ${UNFINISHED} ORDER BY id`)
  const waiting = database.prepare(`SELECT count(*) AS requests FROM request WHERE app = ? AND state = 'waiting'`)
  const heads = database.prepare(
    `SELECT * FROM request WHERE id IN (SELECT id FROM request WHERE state = 'running' UNION ALL SELECT min(id) ` +
      `FROM request WHERE state = 'waiting' GROUP BY app) ORDER BY id`,
  )
  const counts = database.prepare(
    'SELECT app, does, state, count(*) AS requests FROM request GROUP BY app, does, state',
  )

  const request = (id: number): Request | undefined => byId(id).map(requestOf)[0]

  // With a key: whoever has it. Without: the first that is not ended, wants the same, and is not about to be cancelled.
  const before = (wish: NewRequest): Request | undefined => {
    const rows = wish.key === null ? byWish(wish.app, ...wishValues(wish.wish)) : byKey(wish.app, wish.key)
    return rows.map(requestOf)[0]
  }

  return {
    request,

    accept(wish: NewRequest, now: string, most = Infinity): Accepted {
      const earlier = before(wish)
      if (earlier !== undefined)
        return { is: isSame(earlier.id, ...wishValues(wish.wish)).length === 1 ? 'known' : 'other', request: earlier }
      const [count] = waiting(wish.app)
      if (count !== undefined && whole(count, 'requests') >= most) {
        const [last] = newestOfApp(wish.app, Number.MAX_SAFE_INTEGER, JSON.stringify(['waiting']), 1)
        if (last !== undefined) return { is: 'full', request: requestOf(last) }
      }
      const ref = wish.wish.does === 'release' ? wish.wish.ref : null
      const [row] = insert(wish.app, ...wishValues(wish.wish), ref, wish.key, wish.by, now)
      if (row === undefined) throw new Error('an accepted request was not given back')
      return { is: 'new', request: requestOf(row) }
    },

    change(id: number, from: readonly RequestState[], to: RequestChange): Request | undefined {
      const found = request(id)
      if (found === undefined || !from.includes(found.state)) return undefined
      return update(...progressValues({ ...found, ...to }), id).map(requestOf)[0]
    },

    requests({ apps, states, before: until, limit }: RequestFilter): Request[] {
      const rest = [until ?? Number.MAX_SAFE_INTEGER, JSON.stringify(states ?? REQUEST_STATES), atMost(limit)] as const
      const rows = apps === undefined ? newest(...rest) : [...new Set(apps)].flatMap((app) => newestOfApp(app, ...rest))
      return rows
        .map(requestOf)
        .sort((a, b) => b.id - a.id)
        .slice(0, atMost(limit))
    },

    unfinished: (): Request[] => unfinished().map(requestOf),

    heads: (): Request[] => heads().map(requestOf),

    counts: () =>
      counts().map((row) => ({
        app: textOf(row, 'app'),
        does: textOf(row, 'does'),
        state: oneOf(row, 'state', REQUEST_STATES),
        requests: whole(row, 'requests'),
      })),
  }
}

// A row of the table `request`, as what it says.
function requestOf(row: Row): Request {
  return {
    id: whole(row, 'id'),
    app: textOf(row, 'app'),
    wish: wishOf(row),
    key: textOrNull(row, 'key'),
    by: textOf(row, 'by'),
    asked: textOf(row, 'asked'),
    state: oneOf(row, 'state', REQUEST_STATES),
    notBefore: textOrNull(row, 'not_before'),
    attempts: whole(row, 'attempts'),
    cancelled: textOrNull(row, 'cancelled'),
    began: textOrNull(row, 'began'),
    ended: textOrNull(row, 'ended'),
    release: textOrNull(row, 'release'),
    end: row['end'] === null ? null : endOf(jsonOf(row, 'end')),
    supersededBy: wholeOrNull(row, 'superseded_by'),
  }
}

function wishOf(row: Row): Request['wish'] {
  const does = oneOf(row, 'does', ['release', 'rollback'])
  switch (does) {
    case 'release':
      return { does, commit: textOf(row, 'commit_id'), ref: textOrNull(row, 'ref'), older: whole(row, 'older') === 1 }
    case 'rollback':
      return { does, leaving: whole(row, 'leaving'), to: textOrNull(row, 'going_to') }
  }
}

function endOf(said: unknown): RequestEnd {
  const isEnd =
    typeof said === 'object' &&
    said !== null &&
    'exit' in said &&
    typeof said.exit === 'number' &&
    'said' in said &&
    typeof said.said === 'string' &&
    'problems' in said &&
    Array.isArray(said.problems)
  if (!isEnd) throw new Damage('end is not how a request ends')
  return said as RequestEnd
}

// The columns of what was wished, in the order: does, commit_id, older, leaving, going_to.
function wishValues(wish: Request['wish']): Value[] {
  switch (wish.does) {
    case 'release':
      return [wish.does, wish.commit, wish.older ? 1 : 0, null, null]
    case 'rollback':
      return [wish.does, null, null, wish.leaving, wish.to]
  }
}

// The columns that change, in the order: state, not_before,
// attempts, cancelled, began, ended, release, end, superseded_by.
function progressValues(request: Request): Value[] {
  const { state, notBefore, attempts, cancelled, began, ended, release, end, supersededBy } = request
  return [state, notBefore, attempts, cancelled, began, ended, release, end === null ? null : toJson(end), supersededBy]
}
