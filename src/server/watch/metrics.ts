import type { FleetServer } from '../../model/fleet.ts'
import type { Request, RequestEvent } from '../../model/request.ts'
import { instrumentsIn } from './instruments.ts'
import { stageClock } from './stage-clock.ts'

// What became of a notice.
export type Outcome = 'sent' | 'postponed' | 'given up'

export type Metrics = {
  // Hears all that is told of one request from now on; a request
  // that is found again after a restart gets a new listener.
  listenTo(request: Pick<Request, 'app' | 'wish' | 'asked' | 'began'>): (event: RequestEvent, at: string) => void
  http(method: string, route: string, status: number): void // the route's pattern, never the path
  drift(servers: readonly Pick<FleetServer, 'cluster' | 'state'>[], at: string): void
  notice(target: string, outcome: Outcome): void
  text(): Promise<string>
  readonly contentType: string
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const MOST = 500

// Counts what happens, for Prometheus, in a registry of its own. `queue` is asked whenever somebody collects.
export async function makeMetrics({
  version,
  queue,
}: {
  version: string
  queue(): { waiting: number; running: number }
}): Promise<Metrics> {
  const client = await import('prom-client')
  const registry = new client.Registry()
  const to = instrumentsIn([registry], client)
  client.collectDefaultMetrics({ register: registry })
  to.build.set({ version }, 1)
  const [apps, routes, targets, clusters] = [
    boundedLabel(MOST),
    boundedLabel(MOST),
    boundedLabel(MOST),
    boundedLabel(MOST),
  ]

  // There is none before drift was looked for: 0 would read as 1970.
  const checkedAt = (seconds: number): void => {
    const name = 'flight_drift_checked_timestamp_seconds'
    const gauge =
      registry.getSingleMetric(name) ??
      new client.Gauge({ registers: [registry], name, help: 'When drift was last looked for, in seconds since 1970.' })
    if (gauge instanceof client.Gauge) gauge.set(seconds)
  }

  return {
    listenTo({ app: name, wish: { does }, asked, began }) {
      const app = apps(name)
      const stages = stageClock((stage, seconds) => to.stage.observe({ stage }, seconds))
      let since = began === null ? undefined : Date.parse(began)
      return (event, at) => {
        const now = Date.parse(at)
        stages(event, now)
        if (event.event === 'begins' && since === undefined) {
          since = now
          to.wait.observe(Math.max(0, now - Date.parse(asked)) / 1000)
        }
        if (event.event !== 'ends') return
        to.requests.inc({ app, does, state: event.state })
        if (since !== undefined) to.release.observe({ app, does }, Math.max(0, now - since) / 1000)
      }
    },
    http: (method, route, status) =>
      to.http.inc({
        method: METHODS.includes(method) ? method : 'other',
        route: routes(route),
        status: String(status),
      }),
    drift(servers, at) {
      to.drifted.reset()
      to.notAsked.reset()
      for (const { cluster: name, state } of servers) {
        const cluster = clusters(name)
        to.drifted.inc({ cluster }, state === 'drifted' || state === 'blocked' ? 1 : 0)
        to.notAsked.inc({ cluster }, state === 'not asked' ? 1 : 0)
      }
      checkedAt(Date.parse(at) / 1000)
    },
    notice: (target, outcome) => to.notices.inc({ target: targets(target), outcome: outcome.replace(' ', '_') }),
    async text() {
      const { waiting, running } = queue()
      to.waiting.set(waiting)
      to.running.set(running)
      // prom-client writes Nan for what it has not measured yet; the format says NaN.
      return (await registry.metrics()).replace(/ Nan$/gm, ' NaN')
    },
    contentType: registry.contentType,
  }
}

// Gives the values of a label back as they are, the first so many different ones; what comes after them is `other`, so
// that nobody can fill the memory of whoever collects.
function boundedLabel(most: number): (value: string) => string {
  const seen = new Set<string>()
  return (value) => {
    if (seen.has(value)) return value
    if (seen.size >= most || value.length > 100) return 'other'
    seen.add(value)
    return value
  }
}
