import { type Context, Hono } from 'hono'
import type { Desk } from '../../model/desk.ts'
import { FlightError, type Problem } from '../../model/errors.ts'
import type { Fleet } from '../../model/fleet.ts'
import { ENDED_STATES, isEnded } from '../../model/request.ts'
import { appPage } from './app-page.tsx'
import { assetRoutes } from './assets.ts'
import { changeStream } from './change-stream.ts'
import { clustersPage } from './clusters-page.tsx'
import { homePage } from './home-page.tsx'
import { livePage, type Looker, type Page } from './layout.tsx'
import { errorPage } from './plain-pages.tsx'
import { storyReader, subjectReader } from './readers.ts'
import { releasePage } from './release-page.tsx'

const RUNNING = 8 // trees on the first page
const WAITING = 20
const FINISHED = 15
type Env = { Bindings: { viewer?: Looker | undefined } }

const PER_PAGE = 30
const NUMBER = /^[1-9]\d{0,14}$/

// The pages, their assets, and the stream that says when they change; they read, and change nothing. `url` is how
// others reach the server, where that is known. What they do not know under /v1/ they leave to others.
export function pageRoutes(desk: Desk, options: { now(): Date; url?: string | undefined }): Hono<Env> {
  const { store } = desk
  const readStory = storyReader(store)
  const listed = subjectReader(store)
  const origin = (c: Context<Env>) => options.url?.replace(/\/+$/, '') ?? new URL(c.req.url).origin
  const send = (c: Context<Env>, page: (now: Date) => Page) => {
    const now = options.now()
    c.header('Cache-Control', 'no-store')
    return c.html(livePage(page(now), now, c.env?.viewer))
  }
  const nothing = (c: Context<Env>, said?: string) => c.html(errorPage(404, said), 404)

  const routes = new Hono<Env>()
  routes.route('/', assetRoutes())

  routes.get('/', async (c) => {
    const { fleet, problems } = await fleetOf(desk)
    const unfinished = await store.unfinished()
    const running = unfinished.filter(({ state }) => state === 'running')
    const waiting = unfinished.filter(({ state }) => state === 'waiting')
    const stories = await Promise.all(
      (await listed(running.slice(0, RUNNING))).map(async (each) => ({
        listed: each,
        story: await readStory(each.request.id),
      })),
    )
    const finished = await listed(await store.requests({ states: ENDED_STATES, limit: FINISHED }))
    const rest = {
      otherRunning: Math.max(0, running.length - RUNNING),
      waiting: await listed(waiting.slice(0, WAITING)),
      otherWaiting: Math.max(0, waiting.length - WAITING),
    }
    return send(c, (now) => homePage({ fleet, problems, running: stories, ...rest, finished }, now, origin(c)))
  })

  routes.get('/apps/:app', async (c) => {
    const name = c.req.param('app')
    const before = c.req.query('before')
    if (before !== undefined && !NUMBER.test(before)) return nothing(c, 'Pages of releases are counted by numbers.')
    const { fleet, problems } = await fleetOf(desk)
    const found = await store.requests({
      apps: [name],
      limit: PER_PAGE + 1,
      ...(before === undefined ? {} : { before: Number(before) }),
    })
    const app = fleet.apps.find((each) => each.name === name)
    if (app === undefined && found.length === 0 && (problems.length === 0 || before === undefined))
      return nothing(c, 'There is no app of this name.')
    const requests = await listed(found.slice(0, PER_PAGE))
    const older = found.length > PER_PAGE ? found[PER_PAGE - 1]?.id : undefined
    return send(c, (now) => appPage({ name, app, requests, older, isFirst: before === undefined }, now, origin(c)))
  })

  routes.get('/releases/:id', async (c) => {
    const id = c.req.param('id')
    const request = NUMBER.test(id) ? await store.request(Number(id)) : undefined
    if (request === undefined) return nothing(c, 'There is no release of this number.')
    const story = await readStory(request.id)
    const ahead = isEnded(request.state)
      ? undefined
      : (await store.unfinished()).find((other) => other.app === request.app && other.id < request.id)
    return send(c, (now) => releasePage({ request, story, ahead: ahead?.id }, now))
  })

  routes.get('/clusters', async (c) => {
    const { fleet, problems } = await fleetOf(desk)
    return send(c, (now) => clustersPage(fleet, problems, now))
  })

  routes.get('/page/events', (c) => {
    const headers = {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    }
    return c.body(
      changeStream((call) => desk.onChange(call), c.req.raw.signal),
      200,
      headers,
    )
  })

  routes.get('*', (c, next) => (c.req.path.startsWith('/v1/') ? next() : Promise.resolve(nothing(c))))
  return routes
}

// Definitions that are wrong hide no request: they are a problem that the page shows.
async function fleetOf(desk: Desk): Promise<{ fleet: Fleet; problems: readonly Problem[] }> {
  try {
    return { fleet: await desk.fleet(), problems: [] }
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    return { fleet: { apps: [], clusters: [], lookedAt: null, driftAt: null }, problems: error.problems }
  }
}
