import { findDefinitions } from '../definitions/find-root.ts'
import { openAudit } from './http/audit.ts'
import { createDoors } from './http/doors.ts'
import { listen } from './http/listen.ts'
import { isLoopback } from './http/proxies.ts'
import { readServerKey } from './http/server-key.ts'
import type { Definitions } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { ServeSettings } from '../model/serve-settings.ts'
import type { Store } from '../model/store.ts'
import { daily } from './queue/daily.ts'
import { type LogLevel, makeLog } from './watch/log.ts'
import { makeMetrics } from './watch/metrics.ts'
import { sender } from './notices/sender.ts'
import { createServing } from './queue/serving.ts'
import { openStore } from './store/open-store.ts'
import { commitsOf } from '../operations/release/repository.ts'
import { deliverFrom } from './queue/deliver.ts'
import { liveDefinitions } from './fleet/live-definitions.ts'
import { looksAt } from './fleet/looks.ts'
import { pagesOn } from './page/pages-on.ts'
import { holdPlaces, servePlaces } from './store/places.ts'
import { watchFor } from './notices/watching.ts'

// `definitions`: the folder that was named; `patience`: seconds that running requests have to finish once it is told to
// stop; `heed`: turns the signals of this process into an end, calls when the first one came.
export type ServeFlags = {
  definitions: string | undefined
  listen: { host: string; port: number } | undefined
  patience: number
  level: LogLevel
  version: string
  heed(stopping: () => void): { signal: AbortSignal; ignore(): void }
}

// Serves until it is told to stop; then what runs may finish.
export async function serve(flags: ServeFlags): Promise<number> {
  const root = await findDefinitions(process.cwd(), flags.definitions)
  const definitions = liveDefinitions(root)
  const { settings } = await definitions()
  const served = { ...settings.serve, listen: flags.listen ?? settings.serve.listen }
  // What was opened is closed again, the last first, however this ends.
  const closers: (() => unknown)[] = []
  try {
    closers.push(await holdPlaces(settings.state))
    return await serveOpen(flags, { root, definitions, state: settings.state, served, closers })
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

type Opened = {
  root: string
  definitions: () => Promise<Definitions>
  state: string
  served: ServeSettings
  closers: (() => unknown)[]
}

async function serveOpen(flags: ServeFlags, { root, definitions, state, served, closers }: Opened): Promise<number> {
  const places = servePlaces(state)
  const store = await openStore(places.store)
  closers.push(() => store.close())
  const serverKey = await readServerKey(places.key)
  const log = makeLog(flags.level)
  const now = () => new Date()
  const bug = (err: unknown) =>
    log.error(
      { err },
      err instanceof FlightError ? 'something is not as it should be' : 'a bug of Flight: please report it',
    )
  const audit = openAudit(places.audit, bug)
  closers.push(() => audit.close())

  const queue = { waiting: 0, running: 0 }
  const metrics = await makeMetrics({ version: flags.version, queue: () => queue })
  const outbox = sender(store, () => served.notify, {
    fetch,
    now,
    log,
    counted: (target, outcome) => metrics.notice(target, outcome),
  })
  closers.push(() => outbox.stop())
  const watch = watchFor({ store, log, metrics, settings: served, sender: outbox, now })
  const ending = new AbortController()
  const looks = looksAt({
    definitions,
    store,
    now,
    seen: () => serving.ring(),
    note: (text) => log.warn({ text }, 'a look was not possible'),
    bug,
    signal: ending.signal,
  })
  const serving = createServing({
    store,
    settings: served,
    definitions,
    deliver: deliverFrom(root),
    isWithin: commitsOf(definitions),
    now,
    told(request, event) {
      watch.told(request, event)
      if (event.event === 'ends' && served.look > 0) void looks.app(request.app)
    },
    notices: watch.notices,
    bug,
  })

  const interrupts = flags.heed(() =>
    log.info(
      { patience: flags.patience },
      'stopping: nothing new begins, what runs may finish; again to leave at once',
    ),
  )
  closers.push(() => interrupts.ignore())
  const doors = createDoors({
    desk: serving.desk,
    settings: served,
    serverKey,
    audit,
    async metrics() {
      Object.assign(queue, await queueIn(store))
      return metrics.text()
    },
    readiness: () => readiness(store, definitions, serving.desk.isStopping),
    pages: pagesOn(serving.desk, { now, url: served.url }),
    now,
    answered: (method, route, status) => metrics.http(method, route, status),
    failed: bug,
  })
  const door = await listen(doors, { settings: served, audit, told: (text) => log.info({ text }, 'listening'), now })
  closers.push(
    () => door.stop(),
    () =>
      serving.stop(flags.patience * 1000, (runs) =>
        log.info(
          { runs },
          'patience is over: what runs stops where the servers can be left, and the next start goes on',
        ),
      ),
  )
  log.info({ address: door.url, definitions: root, state, version: flags.version }, 'flight serve listens')
  if (isOpen(served))
    log.warn(
      {},
      'it listens beyond this machine without TLS: whoever listens on the way reads the tokens; say serve.tls, or ' +
        'trusted_proxies of one that has it',
    )
  await serving.begin()

  const drift = async () => {
    const found = await looks.drift()
    if (found !== undefined) await watch.drifted(found, await definitions())
  }
  const clocks = [
    ...(served.look === 0 ? [] : [every(served.look * 1000, () => void looks.apps())]),
    ...(served.drift === undefined ? [] : [daily(served.drift, () => void drift().catch(bug))]),
  ]
  if (served.look > 0) void looks.apps()

  closers.push(() => ending.abort(), ...clocks)

  await aborted(interrupts.signal)
  for (const close of closers.splice(0).reverse()) await close()
  log.info({}, 'flight serve has stopped')
  return 0
}

function isOpen({
  listen: { host },
  tls,
  trustedProxies,
}: Pick<ServeSettings, 'listen' | 'tls' | 'trustedProxies'>): boolean {
  return !isLoopback(host) && tls === undefined && trustedProxies.length === 0
}

function every(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds)
  return () => clearInterval(timer)
}

async function queueIn(store: Store): Promise<{ waiting: number; running: number }> {
  const unfinished = await store.unfinished()
  const running = unfinished.filter(({ state }) => state === 'running').length
  return { waiting: unfinished.length - running, running }
}

async function readiness(
  store: Store,
  definitions: () => Promise<Definitions>,
  isStopping: () => boolean,
): Promise<readonly string[]> {
  const reasons = await Promise.all([store.ping().then(() => [], reason), definitions().then(() => [], reason)])
  return [...(isStopping() ? ['STOPPING'] : []), ...new Set(reasons.flat())]
}

// Everybody may ask: the code tells them nothing of what stands in a definition.
function reason(error: unknown): string[] {
  if (error instanceof FlightError) return error.problems.map(({ code }) => code)
  throw error
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
