import type { Definitions } from '../../model/definitions.ts'
import type { Request, RequestEvent } from '../../model/request.ts'
import type { Occasion, ServeSettings } from '../../model/serve-settings.ts'
import type { NewNotice, Store } from '../../model/store.ts'
import type { Log } from '../watch/log.ts'
import type { Metrics } from '../watch/metrics.ts'
import { noticesFor } from './notices.ts'
import type { Occurrence, Planned } from './occurrence.ts'
import type { Sender } from './sender.ts'
import type { Drift } from '../../views/drift.ts'
import { fleetOf } from '../fleet/kept-looks.ts'

type Watching = {
  store: Store
  log: Log
  metrics: Metrics
  settings: Pick<ServeSettings, 'notify' | 'url'>
  sender: Pick<Sender, 'wake'>
  now(): Date
}

export type Watch = {
  told(request: Request, event: RequestEvent): void
  notices(occasion: Occasion, request: Request): Promise<readonly NewNotice[]>
  drifted(drift: Drift, definitions: Definitions): Promise<void>
}

// Logs, counts, and tells others what happens.
export function watchFor({ store, log, metrics, settings, sender, now }: Watching): Watch {
  const listeners = new Map<number, ReturnType<Metrics['listenTo']>>()
  const link = (path: string) => (settings.url === undefined ? undefined : `${settings.url}${path}`)
  const tell = async (told: Occurrence): Promise<void> => {
    const notices = noticesFor(told, settings.notify, now())
    if (notices.length === 0) return
    await store.post(notices)
    sender.wake()
  }
  return {
    told(request, event) {
      logged(log, request, event)
      const listener = listeners.get(request.id) ?? metrics.listenTo(request)
      listeners.set(request.id, listener)
      listener(event, now().toISOString())
      if (event.event === 'ends') listeners.delete(request.id)
      if (event.event === 'ends' || event.event === 'begins') sender.wake()
    },
    async notices(occasion, request) {
      if (occasion === 'drift' || settings.notify.length === 0) return []
      return noticesFor(
        { occasion, request, planned: await plannedFor(store, request), link: link(`/releases/${request.id}`) },
        settings.notify,
        now(),
      )
    },
    async drifted(drift, definitions) {
      const { clusters, driftAt } = await fleetOf(definitions, store)
      const servers = clusters.flatMap((cluster) => cluster.servers)
      const at = driftAt ?? now().toISOString()
      metrics.drift(servers, at)
      log.info(
        {
          outcome: drift.outcome,
          servers: servers.filter(({ state }) => state !== 'in order').map(({ name, state }) => `${name} ${state}`),
        },
        'looked for drift',
      )
      await tell({ occasion: 'drift', at, servers, link: link('/clusters') })
    },
  }
}

// What was told of it before it began: among the first things.
async function plannedFor(store: Store, { id }: Request): Promise<Planned | undefined> {
  const events = await store.events(id, 0, 500)
  return events
    .flatMap(({ told }) =>
      told.event === 'planned'
        ? [{ release: told.release, commit: told.commit, subject: told.subject, servers: told.servers }]
        : [],
    )
    .at(-1)
}

// One line for each state of a request; what its run tells lies in the request's own log.
function logged(log: Log, { id, app, by, wish }: Request, event: RequestEvent): void {
  const fields = { request: id, app, does: wish.does }
  switch (event.event) {
    case 'requested':
      return log.info(
        {
          ...fields,
          by,
          ...(wish.does === 'release' ? { commit: wish.commit, ref: wish.ref } : { leaving: wish.leaving }),
        },
        'a request was accepted',
      )
    case 'begins':
    case 'resumes':
      return log.info({ ...fields, attempt: event.attempt }, `a request ${event.event}`)
    case 'planned':
      return log.info(
        { ...fields, release: event.release, servers: event.servers, actions: event.actions },
        'a request is planned',
      )
    case 'waits':
      return log.warn({ ...fields, until: event.until, why: event.why }, 'a request waits')
    case 'cancel-asked':
      return log.info({ ...fields, by: event.by }, 'a request is to be cancelled')
    case 'ends':
      return log[event.state === 'failed' || event.state === 'went_back' ? 'error' : 'info'](
        { ...fields, state: event.state, exit: event.end.exit, said: event.end.said },
        'a request ended',
      )
    default:
      return log.debug({ ...fields, told: event }, 'a request goes on')
  }
}
