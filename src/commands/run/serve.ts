import { findDefinitions } from '../../definitions/find-root.ts'
import { openAudit } from '../../http/audit.ts'
import { createDoors } from '../../http/doors.ts'
import { listen } from '../../http/listen.ts'
import { readServerKey } from '../../http/server-key.ts'
import { FlightError } from '../../model/errors.ts'
import { createServing } from '../../serve/serving.ts'
import { openStore } from '../../store/open-store.ts'
import type { Everywhere } from '../everywhere/flags.ts'
import { heedInterrupts } from '../everywhere/interrupt.ts'
import { tell } from '../everywhere/output.ts'
import { commitsOf } from './commits-of.ts'
import { deliverFrom } from './deliver.ts'
import { fleetOf } from './kept-looks.ts'
import { liveDefinitions } from './live-definitions.ts'
import { looksAt } from './looking.ts'
import { holdPlaces, servePlaces } from './serve-places.ts'
import { pagesOn } from './serve-pages.ts'

export type ServeFlags = Everywhere & { listen: { host: string; port: number } | undefined; patience: number }

// Serves until it is told to stop; then what runs may finish.
export async function serve(flags: ServeFlags): Promise<number> {
  const root = await findDefinitions(process.cwd(), flags.definitions)
  const definitions = liveDefinitions(root)
  const { settings } = await definitions()
  const served = { ...settings.serve, listen: flags.listen ?? settings.serve.listen }
  const letGo = await holdPlaces(settings.state)
  const places = servePlaces(settings.state)
  const store = await openStore(places.store)
  const now = () => new Date()
  const stopLooking = new AbortController()
  const bug = (error: unknown) => tell(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const audit = openAudit(places.audit, bug)
  const looks = looksAt({ definitions, store, now, seen: () => serving.ring(), note: tell, bug, signal: stopLooking.signal })
  const serving = createServing({
    store,
    settings: served,
    deliver: deliverFrom(root),
    isWithin: commitsOf(definitions),
    apps: async () => (await definitions()).apps.map(({ name, repo, cluster, servers, releaseOn }) => ({ name, repo, cluster, servers: servers.map((on) => on.name), releaseOn })),
    fleet: async () => fleetOf(await definitions(), store),
    now,
    told: (request, event) => {
      if (event.event === 'ends') void looks.app(request.app)
    },
    happened: async () => undefined,
    bug,
  })
  const interrupts = heedInterrupts(() => undefined)
  const doors = createDoors({
    desk: serving.desk,
    settings: served,
    serverKey: await readServerKey(places.key),
    audit,
    metrics: async () => '',
    readiness: () => readiness(store, definitions, serving.desk.isStopping),
    pages: pagesOn(serving.desk, now),
    now,
    failed: bug,
  })
  const door = await listen(doors, { settings: served, audit, told: tell, now })
  tell(`flight serve listens on ${door.url}`)
  await serving.begin()
  void looks.apps()
  const every = served.look === 0 ? undefined : setInterval(() => void looks.apps(), served.look * 1000)
  await aborted(interrupts.signal)
  tell('flight serve stops: what runs may finish; again to leave at once')
  clearInterval(every)
  stopLooking.abort()
  await serving.stop(flags.patience * 1000)
  await door.stop()
  await store.close()
  audit.close()
  letGo()
  return 0
}

async function readiness(store: { ping(): Promise<void> }, definitions: () => Promise<unknown>, isStopping: () => boolean): Promise<readonly string[]> {
  const reasons = await Promise.all([store.ping().then(() => [], reason), definitions().then(() => [], reason)])
  return [...(isStopping() ? ['it is stopping'] : []), ...reasons.flat()]
}

function reason(error: unknown): string[] {
  if (error instanceof FlightError) return [error.message]
  throw error
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
