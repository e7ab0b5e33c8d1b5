import type { Hono } from 'hono'
import { isEnded, type Request } from '../../model/request.ts'
import { onOneLine } from '../../model/printable.ts'
import type { DoorContext, DoorEnv, Doorkeeper } from './door-options.ts'
import { checkedParameters } from './checked.ts'
import { followedLog, logOf, sentEvents } from './event-streams.ts'
import { EVENTS_HEADERS, EVENTS_QUERY, LOG_QUERY, WAIT_QUERY } from './forms.ts'
import { needRequest } from './release-routes.ts'
import { publicRequest } from './request-view.ts'
import { textStream } from './text-stream.ts'
import { waitForNews } from './wait-for-news.ts'

const HEARTBEAT = { text: ': still here\n\n', every: 15_000 }

// To see how one request goes.
export function addRequestRoutes(app: Hono<DoorEnv>, keeper: Doorkeeper): void {
  app.get('/v1/releases/:id', async (c) => {
    const { request } = await needRequest(c, keeper, 'read')
    return c.json(publicRequest(await waited(c, keeper, request), c.var.origin.base))
  })

  app.get('/v1/releases/:id/result', async (c) => {
    const { request: asked } = await needRequest(c, keeper, 'read')
    const request = await waited(c, keeper, asked)
    const { id, end, state } = request
    if (!isEnded(state) || end === null)
      return c.text(`release ${id} of ${request.app} is ${state} since ${request.began ?? request.asked}\n`, 202)
    const problems = end.problems.map(
      ({ where, what, hint }) =>
        `${onOneLine(`${where === '' ? '' : `${where}: `}${what}`)}\n` +
        (hint === undefined ? '' : `  way out: ${onOneLine(hint)}\n`),
    )
    return c.text(`${onOneLine(end.said)}\n${problems.join('')}`, state === 'succeeded' ? 200 : 409)
  })

  app.get('/v1/releases/:id/log', async (c) => {
    const { request } = await needRequest(c, keeper, 'read')
    const { follow = '0' } = checkedParameters(LOG_QUERY, (name) => c.req.query(name))
    const isFollowed = !['', '0'].includes(follow)
    const type = 'text/plain; charset=utf-8'
    if (isFollowed) return streamed(c, keeper, { type }, (signal) => followedLog(keeper.desk, request.id, signal))
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': type })
    const stop = new AbortController()
    return c.body(
      textStream(logOf(keeper.desk, request.id), { stop, ended: () => undefined, failed: keeper.failed }),
      200,
      { 'content-type': type },
    )
  })

  app.get('/v1/releases/:id/events', async (c) => {
    const { request } = await needRequest(c, keeper, 'read')
    const { after = 0 } = checkedParameters(EVENTS_QUERY, (name) => c.req.query(name))
    const { 'Last-Event-ID': last = after } = checkedParameters(EVENTS_HEADERS, (name) => c.req.header(name))
    c.header('X-Accel-Buffering', 'no')
    return streamed(c, keeper, { type: 'text/event-stream', beat: HEARTBEAT }, (signal) =>
      sentEvents(keeper.desk, request.id, last, signal),
    )
  })
}

// A stream takes a place as long as somebody reads it, and ends when whoever asked may read no longer.
function streamed(
  c: DoorContext,
  keeper: Doorkeeper,
  { type, beat }: { type: string; beat?: typeof HEARTBEAT },
  pieces: (signal: AbortSignal) => AsyncIterator<string>,
): Response {
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': type })
  const stop = new AbortController()
  const ended = waitForNews(keeper.streams, c, keeper, () => stop.abort())
  return c.body(
    textStream(pieces(stop.signal), { stop, ended, failed: keeper.failed, ...(beat === undefined ? {} : { beat }) }),
    200,
    { 'content-type': type },
  )
}

// The request as it is once it has ended, or when the time that the asker would wait is over.
async function waited(c: DoorContext, keeper: Doorkeeper, request: Request): Promise<Request> {
  const { wait: seconds = 0 } = checkedParameters(WAIT_QUERY, (name) => c.req.query(name))
  if (seconds === 0 || isEnded(request.state) || c.req.method === 'HEAD') return request
  // Not AbortSignal.any(): what Node 20 makes of it may be collected before it fires.
  const over = new AbortController()
  const end = () => over.abort()
  const release = waitForNews(keeper.waits, c, keeper, end)
  const timer = setTimeout(end, seconds * 1000)
  const { signal: gone } = c.req.raw
  gone.addEventListener('abort', end)
  if (gone.aborted) end()
  try {
    const events = keeper.desk.follow(request.id, Number.MAX_SAFE_INTEGER, over.signal)[Symbol.asyncIterator]()
    for (let next = await events.next(); next.done !== true && !over.signal.aborted; next = await events.next());
    return (await keeper.desk.store.request(request.id)) ?? request
  } finally {
    clearTimeout(timer)
    gone.removeEventListener('abort', end)
    release()
  }
}
