import { REQUEST_STATES, type Request, type RequestEnd } from '../../model/request.ts'
import type { Row, Value } from './database.ts'
import { Damage, json, oneOf, text, textOrNull, toJson, whole, wholeOrNull } from './rows.ts'

// A row of the table `request`, as what it says.
export function requestOf(row: Row): Request {
  return {
    id: whole(row, 'id'),
    app: text(row, 'app'),
    wish: wishOf(row),
    key: textOrNull(row, 'key'),
    by: text(row, 'by'),
    asked: text(row, 'asked'),
    state: oneOf(row, 'state', REQUEST_STATES),
    notBefore: textOrNull(row, 'not_before'),
    attempts: whole(row, 'attempts'),
    cancelled: textOrNull(row, 'cancelled'),
    began: textOrNull(row, 'began'),
    ended: textOrNull(row, 'ended'),
    release: textOrNull(row, 'release'),
    end: row['end'] === null ? null : endOf(json(row, 'end')),
    supersededBy: wholeOrNull(row, 'superseded_by'),
  }
}

function wishOf(row: Row): Request['wish'] {
  const does = oneOf(row, 'does', ['release', 'rollback'])
  switch (does) {
    case 'release':
      return { does, commit: text(row, 'commit_id'), ref: textOrNull(row, 'ref'), older: whole(row, 'older') === 1 }
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
export function wishValues(wish: Request['wish']): Value[] {
  switch (wish.does) {
    case 'release':
      return [wish.does, wish.commit, wish.older ? 1 : 0, null, null]
    case 'rollback':
      return [wish.does, null, null, wish.leaving, wish.to]
  }
}

// The columns that change, in the order: state, not_before,
// attempts, cancelled, began, ended, release, end, superseded_by.
export function progressValues(request: Request): Value[] {
  const { state, notBefore, attempts, cancelled, began, ended, release, end, supersededBy } = request
  return [state, notBefore, attempts, cancelled, began, ended, release, end === null ? null : toJson(end), supersededBy]
}
