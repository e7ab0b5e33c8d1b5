import api from '../../../schemas/api.json' with { type: 'json' }
import {
  askHeaders,
  eventsHeaders,
  eventsQuery,
  listQuery,
  logQuery,
  releasePath,
  waitQuery,
} from '../../schema/generated/api.js'

// The parameters that routes read: the document describes them, and the doors check them, by one schema.

const { ReleasePath, WaitQuery, ListQuery, LogQuery, EventsQuery, EventsHeaders, AskHeaders } = api.$defs

export const RELEASE_PATH = { schema: ReleasePath, validator: releasePath }
export const WAIT_QUERY = { schema: WaitQuery, validator: waitQuery }
export const LIST_QUERY = { schema: ListQuery, validator: listQuery }
export const LOG_QUERY = { schema: LogQuery, validator: logQuery }
export const EVENTS_QUERY = { schema: EventsQuery, validator: eventsQuery }
export const EVENTS_HEADERS = { schema: EventsHeaders, validator: eventsHeaders }
export const ASK_HEADERS = { schema: AskHeaders, validator: askHeaders }
