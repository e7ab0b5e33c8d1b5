import type { Verb } from '../../../src/model/action.ts'
import type { FleetApp, FleetServer } from '../../../src/model/fleet.ts'
import type { Request } from '../../../src/model/request.ts'
import { request, type SmallDesk, smallDesk } from './small-desk.ts'

// The desk of an online shop's team: one release runs on three servers, one waits, one failed, one went back.
export const NOW = Date.parse('2026-05-04T09:41:07.000Z')
export const RUNNING = 214
export const DONE = 213
export const FAILED = 212
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()
const WEB = ['web-1', 'web-2', 'web-3']

const COMMITS = {
  shop: '3f9a1c2b7d04e5f60718293a4b5c6d7e8f901234',
  before: '81be02d94c6f13a75e20b9d84f6a7c35128e09fd',
  checkout: 'c4d17ea0536b2f98d1e7460c3a5b8f2917d60e4c',
  search: '5e8a90b31d7c4f26a8e013b9c6d5f4827a1b3c0d',
  mails: 'a07f3c58e2914b6d80f5a3e7c1d92b4605f8e71a',
  admin: '96c3be74f1a80d25e37b4c9f6018d2a5b7e4f30c',
  media: 'd20e5b8f6c4a7193b0e8d5f2a6c71b394e80f5d2',
}

type Doing = readonly [
  stage: string,
  servers: readonly string[],
  actions: readonly (readonly [verb: Verb, path: string, seconds: number])[],
]

function stages(app: string, name: string): readonly Doing[] {
  return [
    [
      'prepare',
      WEB,
      [
        ['prepare', `release/${app}/${name}`, 6.2],
        ['run', `command/${app}/${name}/composer install`, 11.4],
        ['run', `command/${app}/${name}/artisan config:cache`, 1.3],
        ['run', `command/${app}/${name}/artisan route:cache`, 1.6],
        ['run', `command/${app}/${name}/artisan view:cache`, 2.4],
      ],
    ],
    ['deploy', ['web-1'], [['run', `command/${app}/${name}/artisan migrate --force`, 5.8]]],
    [
      'check',
      WEB,
      [
        ['check', `health/${app}/${name}/pool`, 1.1],
        ['check', `live/${app}/${name}/ready`, 0.3],
      ],
    ],
    ['go live', WEB, [['switch', `live/${app}/${name}/switch`, 0.6]]],
    ['check live', WEB, [['check', `health/${app}/${name}/site`, 1.4]]],
    ['confirm', WEB, [['confirm', `live/${app}/${name}/confirm`, 0.2]]],
    ['workers', ['web-2', 'web-3'], [['reload', `programs/${app}`, 8.6]]],
    [
      'finish',
      WEB,
      [
        ['run', `live/${app}/${name}/settle`, 0.5],
        ['prune', `prune/${app}/${name}`, 1.2],
      ],
    ],
  ]
}

const SLOWER: Record<string, number> = { 'web-1': 1, 'web-2': 1.16, 'web-3': 0.92 }

// Tells of a release stage by stage; `until` seconds after it began it stops, wherever that is.
function tellRelease(
  desk: SmallDesk,
  id: number,
  began: number,
  subject: string,
  commit: string,
  until = Infinity,
): number {
  const app = desk.requests.find((each) => each.id === id)?.app ?? ''
  const name = `${commit.slice(0, 12)}-1`
  const at = (seconds: number) => new Date(began + seconds * 1000).toISOString()
  const told: { at: number; event: Parameters<SmallDesk['tell']>[2] }[] = []
  told.push({ at: 0, event: { event: 'begins', attempt: 1 } })
  for (const server of WEB)
    told.push(
      { at: 0.2, event: { event: 'server-asked', server } },
      { at: 0.9, event: { event: 'server-answered', server, actions: 13 } },
    )
  told.push({ at: 1.4, event: { event: 'planned', release: name, commit, subject, servers: WEB, actions: 38 } })
  let start = 1.6
  for (const [stage, servers, actions] of stages(app, name)) {
    told.push({ at: start, event: { event: 'stage-begins', stage, servers } })
    let last = start
    for (const server of servers) {
      let time = start + 0.05
      for (const [verb, path, seconds] of actions) {
        const took = seconds * (SLOWER[server] ?? 1)
        const address = `${server}/${path}`
        told.push({ at: time, event: { event: 'action-begins', server, address, feature: `release of ${app}`, verb } })
        if (path.includes('composer'))
          told.push({
            at: time + took / 2,
            event: { event: 'action-progress', server, address, text: '61 of 94 packages' },
          })
        told.push({ at: time + took, event: { event: 'action-ends', server, address, outcome: 'done', seconds: took } })
        time += took + 0.05
      }
      told.push({ at: time, event: { event: 'server-ends', server, outcome: 'done' } })
      last = Math.max(last, time)
    }
    start = last + 0.15
  }
  for (const each of told.filter((one) => one.at <= until).sort((a, b) => a.at - b.at))
    desk.tell(id, at(each.at), each.event)
  return start
}

function release(id: number, app: string, commit: string, asked: number, part: Partial<Request> = {}): Request {
  return request({
    id,
    app,
    wish: { does: 'release', commit, ref: 'main', older: false },
    by: 'pipeline of ' + app,
    asked: ago(asked),
    ...part,
  })
}

function ended(seconds: number, took: number): Pick<Request, 'began' | 'ended' | 'attempts'> {
  return { began: ago(seconds), ended: ago(seconds - took), attempts: 1 }
}

export function shopDesk(): SmallDesk {
  const desk = smallDesk()
  const went = { exit: 0, said: 'Release of every server is live.', problems: [] }
  desk.requests.push(
    release(207, 'admin', COMMITS.admin, 191_000, { state: 'succeeded', ...ended(190_998, 38.2), end: went }),
    release(208, 'media', COMMITS.media, 93_000, { state: 'succeeded', ...ended(92_998, 44.9), end: went }),
    release(209, 'search', COMMITS.search, 29_100, {
      state: 'superseded',
      by: 'pipeline of search',
      ended: ago(29_000),
      supersededBy: 210,
    }),
    release(210, 'search', COMMITS.search, 29_000, { state: 'succeeded', ...ended(28_990, 52.3), end: went }),
    release(211, 'mails', COMMITS.mails, 9_300, {
      state: 'went_back',
      ...ended(9_290, 61.7),
      release: `${COMMITS.mails.slice(0, 12)}-1`,
      end: {
        exit: 7,
        said: 'Went live, did not answer on web-2, and went back to 5b1f9e03-1 on all servers.',
        problems: [
          {
            code: 'FLIGHT_WENT_BACK',
            where: 'web-2/health/mails',
            what: '/up answered 500 three times',
            hint: 'look at storage/logs/laravel.log of the release; it still lies on the server',
          },
        ],
      },
    }),
    release(FAILED, 'checkout', COMMITS.checkout, 4_100, {
      state: 'failed',
      ...ended(4_090, 24.8),
      by: 'mara',
      end: {
        exit: 1,
        said: 'Failed while it was made ready; nobody was served by it.',
        problems: [
          {
            code: 'FLIGHT_COMMAND_FAILED',
            where: 'web-3: artisan migrate --force',
            what: "exit 1: SQLSTATE[42S01]: Base table or view already exists: 1050 Table 'vouchers' already exists",
            hint: 'put the migration right and release again; what is live was not touched',
          },
        ],
      },
    }),
    release(DONE, 'shop', COMMITS.before, 1_500, {
      state: 'succeeded',
      ...ended(1_498, 49.4),
      release: `${COMMITS.before.slice(0, 12)}-1`,
      end: { ...went, said: '81be02d94c6f-1 is live on web-1, web-2 and web-3.' },
    }),
    release(RUNNING, 'shop', COMMITS.shop, 20, {
      state: 'running',
      began: ago(18),
      attempts: 1,
      release: `${COMMITS.shop.slice(0, 12)}-1`,
    }),
    release(215, 'shop', '7b20c9e1f4d8a3560e7f1b2c4d9a8e6035f7c1d2', 6, {
      wish: { does: 'release', commit: '7b20c9e1f4d8a3560e7f1b2c4d9a8e6035f7c1d2', ref: 'main', older: false },
    }),
  )
  const planned = (id: number, subject: string, commit: string) =>
    desk.tell(
      id,
      ago(1),
      { event: 'requested', by: 'pipeline' },
      { event: 'planned', release: `${commit.slice(0, 12)}-1`, commit, subject, servers: WEB, actions: 38 },
    )
  planned(207, 'Sort orders by the day they were paid', COMMITS.admin)
  planned(208, 'Serve product pictures as AVIF where the browser takes it', COMMITS.media)
  planned(210, 'Find articles by their former names, too', COMMITS.search)
  planned(211, 'Send order confirmations through the new relay', COMMITS.mails)
  desk.tell(FAILED, ago(4_100), { event: 'requested', by: 'mara' })
  tellRelease(desk, FAILED, NOW - 4_090_000, 'Give vouchers a table of their own', COMMITS.checkout, 23.4)
  const migrate = 'web-3/command/checkout/c4d17ea0536b-1/artisan migrate --force'
  desk.tell(FAILED, ago(4_066.4), {
    event: 'action-begins',
    server: 'web-3',
    address: migrate,
    feature: 'release of checkout',
    verb: 'run',
  })
  desk.tell(
    FAILED,
    ago(4_065.4),
    {
      event: 'action-ends',
      server: 'web-3',
      address: migrate,
      outcome: 'failed',
      seconds: 1,
      error: "exit 1: Table 'vouchers' already exists",
    },
    { event: 'server-ends', server: 'web-3', outcome: 'failed' },
    {
      event: 'ends',
      state: 'failed',
      end: { exit: 1, said: 'Failed while it was made ready; nobody was served by it.', problems: [] },
    },
  )
  desk.tell(DONE, ago(1_500), { event: 'requested', by: 'pipeline of shop' })
  const took = tellRelease(desk, DONE, NOW - 1_498_000, 'Show delivery times in the basket', COMMITS.before)
  desk.tell(DONE, new Date(NOW - 1_498_000 + took * 1000).toISOString(), {
    event: 'ends',
    state: 'succeeded',
    end: { ...went, said: '81be02d94c6f-1 is live on web-1, web-2 and web-3.' },
  })
  desk.change(DONE, { ended: new Date(NOW - 1_498_000 + took * 1000).toISOString() })
  desk.tell(RUNNING, ago(20), { event: 'requested', by: 'pipeline of shop' })
  tellRelease(desk, RUNNING, NOW - 18_000, 'Let customers pay by invoice', COMMITS.shop, 18)
  desk.tell(215, ago(6), { event: 'requested', by: 'pipeline of shop' })

  const live = (
    name: string,
    commit: string,
    subject: string,
    seconds: number,
    part: Partial<FleetApp> = {},
  ): FleetApp => ({
    name,
    cluster: 'production',
    servers: WEB,
    health: 'ok',
    why: '',
    live: [
      {
        release: `${commit.slice(0, 12)}-1`,
        commit,
        subject,
        since: ago(seconds),
        by: `pipeline of ${name}`,
        servers: WEB,
      },
    ],
    ...part,
  })
  desk.seen = {
    lookedAt: ago(24),
    driftAt: ago(22_000),
    apps: [
      live('admin', COMMITS.admin, 'Sort orders by the day they were paid', 190_960),
      live(
        'checkout',
        'b8f31d60a2c94e7518d0f6b3e9c2a7415d80e3f6',
        'Round taxes per line, as the law wants it',
        361_000,
        {
          live: [
            {
              release: 'b8f31d60a2c9-1',
              commit: 'b8f31d60a2c94e7518d0f6b3e9c2a7415d80e3f6',
              subject: 'Round taxes per line, as the law wants it',
              since: ago(361_000),
              by: 'mara',
              servers: WEB,
            },
          ],
        },
      ),
      { name: 'labels', cluster: 'staging', servers: ['staging-1'], live: [], health: 'none live', why: '' },
      live('mails', '5b1f9e03c7d28a460fe1b9d5a3c6e8720d94f1b5', 'Keep the language of the order in mails', 781_000, {
        health: 'unhealthy',
        why: '/up answers 503 on web-2',
      }),
      live('media', COMMITS.media, 'Serve product pictures as AVIF where the browser takes it', 92_950, {
        health: 'differs',
        why: 'web-3 was left out of the last release',
        live: [
          {
            release: `${COMMITS.media.slice(0, 12)}-1`,
            commit: COMMITS.media,
            subject: 'Serve product pictures as AVIF where the browser takes it',
            since: ago(92_950),
            by: 'pipeline of media',
            servers: ['web-1', 'web-2'],
          },
          {
            release: '1fe7d3a90b52-1',
            commit: '1fe7d3a90b5268c4e0d7f5a3b9261c8d40e3f7a6',
            subject: 'Take WebP uploads',
            since: ago(400_000),
            by: 'pipeline of media',
            servers: ['web-3'],
          },
        ],
      }),
      live('search', COMMITS.search, 'Find articles by their former names, too', 28_940),
      live('shop', COMMITS.before, 'Show delivery times in the basket', 1_468),
    ],
    clusters: [
      { name: 'production', servers: [server('db-1'), server('web-1'), drifted(), server('web-3')] },
      {
        name: 'staging',
        servers: [
          {
            ...server('staging-1'),
            state: 'not asked',
            problems: [
              {
                code: 'FLIGHT_UNREACHABLE',
                where: 'staging-1',
                what: 'connect timed out after 10 s (10.4.0.21:22)',
                hint: 'is it running, and may this controller reach port 22?',
              },
            ],
          },
          server('staging-2'),
        ],
      },
    ],
  }
  return desk
}

function server(name: string): FleetServer {
  return {
    name,
    cluster: name.startsWith('staging') ? 'staging' : 'production',
    state: 'in order',
    drift: [],
    problems: [],
  }
}

function drifted(): FleetServer {
  return {
    ...server('web-2'),
    state: 'drifted',
    drift: [
      {
        address: 'web-2/file//etc/nginx/sites-enabled/flight-shop.conf',
        feature: 'nginx site of shop',
        verb: 'update',
        because: ['its content differs: 2 lines added, 1 removed', 'Flight wrote it on 2026-04-29'],
      },
      {
        address: 'web-2/service/php8.2-fpm.service',
        feature: 'PHP 8.2',
        verb: 'reload',
        because: ['99-flight.ini is newer than what the service has loaded'],
      },
      { address: 'web-2/programs/shop', feature: 'queues of shop', verb: 'start', because: ['shop-default_03 FATAL'] },
    ],
  }
}
