import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RequestEvent } from '../../../src/model/request.ts'
import { RELEASE_PHASES } from '../../../src/model/stage-name.ts'
import { makeMetrics, type Metrics } from '../../../src/server/watch/metrics.ts'
import { whyStage } from '../../../src/views/stage-words.ts'
import { readExposition } from './exposition.ts'
import { aRequest, aServer } from '../notices/occurrences.ts'

const queue = () => ({ waiting: 3, running: 2 })
const make = (): Promise<Metrics> => makeMetrics({ version: '0.1.0', queue })

// NAME{label=value,…} -> value, without what the process itself says, buckets and zeros.
async function told(metrics: Metrics): Promise<Record<string, number>> {
  const families = [...readExposition(await metrics.text())].filter(([name]) => name.startsWith('flight_'))
  return Object.fromEntries(
    families.flatMap(([, { samples }]) =>
      samples
        .filter(({ name, value }) => !name.endsWith('_bucket') && value !== 0)
        .map(({ name, labels, value }) => [
          `${name}{${Object.entries(labels)
            .map(([label, text]) => `${label}=${text}`)
            .join(',')}}`,
          value,
        ]),
    ),
  )
}

function tell(listen: (event: RequestEvent, at: string) => void, ...events: [number, RequestEvent][]): void {
  for (const [second, event] of events)
    listen(event, new Date(Date.parse('2026-11-23T03:30:00Z') + second * 1000).toISOString())
}

const stage = (name: string): RequestEvent => ({ event: 'stage-begins', stage: name, servers: [] })
const ends = (state: 'succeeded' | 'failed'): RequestEvent => ({
  event: 'ends',
  state,
  end: { exit: 0, said: '', problems: [] },
})
const QUIET = { 'flight_queue_waiting{}': 3, 'flight_queue_running{}': 2, 'flight_build_info{version=0.1.0}': 1 }

test('before anything happened there is what is known, and no time of 1970', async () => {
  const metrics = await make()
  assert.equal(await told(metrics), QUIET)
  assert.not.match(await metrics.text(), 'flight_drift_checked_timestamp_seconds')
  assert.match(await metrics.text(), /^process_cpu_seconds_total /m)
  assert.match(metrics.contentType, 'text/plain; version=0.0.4')
})

test('one release: how it ended, how long it waited, ran, and what its stages took', async () => {
  const metrics = await make()
  const listen = metrics.listenTo(aRequest({ began: null, state: 'waiting' }))
  tell(
    listen,
    [0, { event: 'requested', by: 'x' }],
    [2, { event: 'begins', attempt: 1 }],
    [5, stage('prepare')],
    [15, stage('deploy 1 of 2')],
    [18, stage('deploy 2 of 2')],
    [20, stage('go live')],
    [21, stage('finish')],
  )
  tell(
    listen,
    [22, { event: 'verifying', server: 'web-1' }],
    [22.5, { event: 'verifying', server: 'web-2' }],
    [24, ends('succeeded')],
  )
  const said = await told(metrics)
  assert.equal(said, {
    ...QUIET,
    'flight_requests_total{app=shop,does=release,state=succeeded}': 1,
    'flight_release_seconds_sum{app=shop,does=release}': 22,
    'flight_release_seconds_count{app=shop,does=release}': 1,
    'flight_request_wait_seconds_sum{}': 2,
    'flight_request_wait_seconds_count{}': 1,
    'flight_stage_seconds_sum{stage=prepare}': 10,
    'flight_stage_seconds_count{stage=prepare}': 1,
    'flight_stage_seconds_sum{stage=deploy}': 5,
    'flight_stage_seconds_count{stage=deploy}': 2,
    'flight_stage_seconds_sum{stage=go live}': 1,
    'flight_stage_seconds_count{stage=go live}': 1,
    'flight_stage_seconds_sum{stage=finish}': 1,
    'flight_stage_seconds_count{stage=finish}': 1,
    'flight_stage_seconds_sum{stage=verify}': 2,
    'flight_stage_seconds_count{stage=verify}': 1,
  })
})

test('one that never began ran for no time, and one that is found again began when it did', async () => {
  const metrics = await make()
  tell(metrics.listenTo(aRequest({ began: null })), [
    60,
    { event: 'ends', state: 'superseded', end: { exit: 1, said: '', problems: [] } },
  ])
  tell(
    metrics.listenTo(aRequest({ began: '2026-11-23T03:30:10.000Z' })),
    [50, { event: 'resumes', attempt: 2 }],
    [51, stage('finish')],
    [52, { event: 'begins', attempt: 3 }],
    [70, ends('failed')],
  )
  const said = await told(metrics)
  assert.is(said['flight_requests_total{app=shop,does=release,state=superseded}'], 1)
  assert.is(said['flight_release_seconds_count{app=shop,does=release}'], 1)
  assert.is(said['flight_release_seconds_sum{app=shop,does=release}'], 60)
  assert.is(said['flight_request_wait_seconds_count{}'], undefined)
  assert.is(said['flight_stage_seconds_count{stage=finish}'], undefined, 'what was interrupted has no end')
})

test('every stage that a run may have is told by its own name', async () => {
  const metrics = await make()
  for (const phase of RELEASE_PHASES) {
    assert.type(whyStage(phase), 'string')
    tell(metrics.listenTo(aRequest()), [0, stage(phase)], [1, ends('succeeded')])
  }
  tell(metrics.listenTo(aRequest()), [0, stage('x".\n{}')], [1, ends('succeeded')])
  const stages = Object.keys(await told(metrics)).filter((key) => key.startsWith('flight_stage_seconds_count'))
  assert.equal(
    stages.sort(),
    [...RELEASE_PHASES, 'other'].map((name) => `flight_stage_seconds_count{stage=${name}}`).sort(),
  )
})

test('drift is what was seen last', async () => {
  const metrics = await make()
  metrics.drift(
    [
      aServer('a', 'drifted'),
      aServer('b', 'blocked'),
      aServer('c', 'not asked'),
      { ...aServer('d', 'drifted'), cluster: 'gone' },
    ],
    '2026-11-23T03:30:00.000Z',
  )
  metrics.drift(
    [aServer('a', 'drifted'), aServer('b', 'in order'), aServer('c', 'not asked')],
    '2026-11-24T03:30:00.000Z',
  )
  assert.equal(await told(metrics), {
    ...QUIET,
    'flight_drifted_servers{cluster=production}': 1,
    'flight_servers_not_asked{cluster=production}': 1,
    'flight_drift_checked_timestamp_seconds{}': 1795491000,
  })
  metrics.drift([aServer('a', 'in order')], '2026-11-24T03:30:00.000Z')
  assert.match(await metrics.text(), 'flight_drifted_servers{cluster="production"} 0')
})

test('HTTP and notices are counted', async () => {
  const metrics = await make()
  metrics.http('GET', '/v1/releases/:id', 200)
  metrics.http('GET', '/v1/releases/:id', 200)
  metrics.http('BREW', '/v1/ping', 405)
  metrics.notice('team', 'sent')
  metrics.notice('team', 'given up')
  assert.equal(await told(metrics), {
    ...QUIET,
    'flight_http_requests_total{method=GET,route=/v1/releases/:id,status=200}': 2,
    'flight_http_requests_total{method=other,route=/v1/ping,status=405}': 1,
    'flight_notices_total{target=team,outcome=sent}': 1,
    'flight_notices_total{target=team,outcome=given_up}': 1,
  })
})

test('nobody can make it grow without end, and no text breaks the format', async () => {
  const metrics = await make()
  for (let n = 0; n < 2000; n++) metrics.http(`M${n}`, `/r${n}`, 404)
  metrics.http('GET', 'x'.repeat(10_000), 200)
  for (const app of ['a"b', 'a\\b', 'a\nb', '}{', 'ü😀']) tell(metrics.listenTo(aRequest({ app })), [1, ends('failed')])
  const families = readExposition(await metrics.text())
  assert.is(families.get('flight_http_requests_total')?.samples.length, 502)
  assert.equal(
    families.get('flight_requests_total')?.samples.map(({ labels }) => labels['app']),
    ['a"b', 'a\\b', 'a\nb', '}{', 'ü😀'],
  )
})

test('the reader of the format refuses what is wrong', () => {
  const head = '# HELP a b\n# TYPE a gauge\n'
  assert.is(readExposition(`${head}a{x="1"} 2\n`).get('a')?.samples[0]?.value, 2)
  for (const bad of [
    'a 1',
    'a 1\na 1\n',
    'b 1\n',
    'a{x=1} 1\n',
    'a{x="1" 1\n',
    'a{x="1",} 1\n',
    'a one\n',
    'a{x="1",x="2"} 1\n',
    '# TYPE a gauge\n',
  ])
    assert.throws(() => readExposition(`${head}${bad}`), undefined, bad)
  assert.throws(() =>
    readExposition('# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n'),
  )
})

test('it keeps no process alive', () => {
  const program =
    "const { makeMetrics } = await import('./src/server/watch/metrics.ts'); " +
    "const m = await makeMetrics({ version: '1', queue: () => ({ waiting: 0, running: 0 }) }); " +
    "await m.text(); console.log('done')"
  const said = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    encoding: 'utf8',
    timeout: 600_000,
  })
  assert.is(said, 'done\n')
})

test.run()
