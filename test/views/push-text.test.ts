import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Plan } from '../../src/model/plan.ts'
import type { PlannedPush } from '../../src/model/push.ts'
import { pushText } from '../../src/views/push-text.ts'
import { isExpected } from './expected.ts'
import { aCheck, aPlan, aPush, others, someWorkers } from './plans.ts'

const RELEASE = '3f9a1c2b7d04-1'
const wide = { color: false, width: 100 }
const BLOCKED = {
  code: 'FLIGHT_CONFLICT',
  server: 'web-2',
  where: 'web-2 /home/shop/shop/.flight/shared/.env',
  what: 'is a link',
  hint: 'look at it on the server; an environment file is a plain file of the app',
} as const

function shown(plan: Plan, shape: { color: boolean; width: number }): string {
  const [push] = plan.pushes ?? []
  if (push === undefined) throw new Error('a plan without a push')
  return pushText(plan, push, shape)
}

function aPushOf(servers: readonly string[], live: string | null, more: Partial<PlannedPush> = {}): PlannedPush {
  return {
    app: 'shop',
    does: 'push',
    id: '20260504T030201Z-3f9a1c',
    key: '0'.repeat(64),
    servers: servers.map((name) => ({ name, was: 'a'.repeat(64), tag: 'b'.repeat(64), live, undoes: null })),
    notes: [],
    ...more,
  }
}

// Three servers serve a release; the workers run on the last.
function whileLive(more: Partial<PlannedPush> = {}): Plan {
  const servers = ['web-1', 'web-2', 'work-1']
  const web = servers.slice(0, 2)
  return aPlan({
    pushes: [aPushOf(servers, RELEASE, more)],
    stages: [
      { name: 'prepare', servers: servers.map((server) => ({ server, actions: [aPush(server, 'stage', RELEASE)] })) },
      { name: 'write', servers: servers.map((server) => ({ server, actions: [aPush(server, 'write', RELEASE)] })) },
      { name: 'check live', servers: web.map((server) => ({ server, actions: [aCheck(server, RELEASE)] })) },
      { name: 'workers', servers: [{ server: 'work-1', actions: [someWorkers('work-1', 'shop', 'reload')] }] },
    ],
  })
}

function beforeThereIsAnything(): Plan {
  const actions = [others.user('web-1'), others.directory('web-1'), aPush('web-1', 'stage', null)]
  return aPlan({
    pushes: [
      aPushOf(['web-1'], null, {
        servers: [{ name: 'web-1', was: null, tag: 'b'.repeat(64), live: null, undoes: null }],
      }),
    ],
    stages: [{ name: 'prepare', servers: [{ server: 'web-1', actions }] }],
  })
}

test('where a release is live: what is cached, what must answer, which workers restart', () => {
  isExpected('push.txt', shown(whileLive(), wide))
})

test('before the app is configured: its user and folders, and no file and no release before', () => {
  isExpected('push-first.txt', shown(beforeThereIsAnything(), wide))
})

test('the last push is taken back, by a run that goes on where another ended', () => {
  isExpected(
    'push-back.txt',
    shown(
      whileLive({ does: 'rollback', notes: ['it was begun before: what is done is found, and not done again'] }),
      wide,
    ),
  )
})

test('a server that is blocked or away: that alone and once, with the way out', () => {
  const plan = aPlan({
    pushes: [aPushOf(['web-1', 'web-2', 'web-3'], null)],
    blocked: [BLOCKED, BLOCKED],
    missing: [{ code: 'FLIGHT_UNREACHABLE', server: 'web-3', where: 'web-3', what: 'no answer within 10 s' }],
  })
  isExpected('push-refused.txt', shown(plan, wide))
})

test('no line is longer than the terminal, and none says a tag or the key', () => {
  for (const width of [40, 80, 120]) {
    const text = shown(whileLive(), { color: false, width })
    for (const line of text.split('\n')) assert.ok(line.length <= width, `${width}: ${line}`)
    assert.not.match(text, /[0ab]{20}/)
  }
})

test.run()
