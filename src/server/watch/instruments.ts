import type { Registry } from 'prom-client'

type PromClient = Pick<typeof import('prom-client'), 'Counter' | 'Gauge' | 'Histogram'>

// The metrics of the deployment server, in a registry; docs/serve.md says what they mean.
export function instrumentsIn(registers: Registry[], { Counter, Gauge, Histogram }: PromClient) {
  return {
    requests: new Counter({
      registers,
      name: 'flight_requests_total',
      help: 'Requests that ended, by how they ended.',
      labelNames: ['app', 'does', 'state'] as const,
    }),
    release: new Histogram({
      registers,
      name: 'flight_release_seconds',
      help: 'How long requests ran, from when they first began until they ended.',
      labelNames: ['app', 'does'] as const,
      buckets: [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 3600],
    }),
    stage: new Histogram({
      registers,
      name: 'flight_stage_seconds',
      help: 'How long stages of runs took, on all their servers together.',
      labelNames: ['stage'] as const,
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900],
    }),
    waiting: new Gauge({ registers, name: 'flight_queue_waiting', help: 'Requests that wait.' }),
    running: new Gauge({ registers, name: 'flight_queue_running', help: 'Requests that run.' }),
    wait: new Histogram({
      registers,
      name: 'flight_request_wait_seconds',
      help: 'How long requests waited, from when they were accepted until they first began.',
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600],
    }),
    drifted: new Gauge({
      registers,
      name: 'flight_drifted_servers',
      help: 'Servers that were not as defined when drift was last looked for.',
      labelNames: ['cluster'] as const,
    }),
    notAsked: new Gauge({
      registers,
      name: 'flight_servers_not_asked',
      help: 'Servers that could not be asked when drift was last looked for.',
      labelNames: ['cluster'] as const,
    }),
    http: new Counter({
      registers,
      name: 'flight_http_requests_total',
      help: 'HTTP requests that were answered.',
      labelNames: ['method', 'route', 'status'] as const,
    }),
    notices: new Counter({
      registers,
      name: 'flight_notices_total',
      help: 'Tries to tell a receiver something, by what came of them.',
      labelNames: ['target', 'outcome'] as const,
    }),
    build: new Gauge({
      registers,
      name: 'flight_build_info',
      help: 'The version of Flight that runs; always 1.',
      labelNames: ['version'] as const,
    }),
  }
}
