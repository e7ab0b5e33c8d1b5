import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mostAtOnce, type Serial, stagesOf } from '../../../src/engine/undertakings/waves.ts'
import { nginxService } from '../../../src/features/services.ts'
import type { Action } from '../../../src/model/action.ts'
import type { App } from '../../../src/model/definitions.ts'
import { app, on } from '../../support/builders.ts'

const service = nginxService()

function reloading(server: string): Action {
  return {
    address: `${server}/service/nginx.service`,
    kind: 'service',
    feature: 'nginx',
    verb: 'reload',
    before: { exists: true, enabled: true, active: true },
    after: service.desired,
    because: [],
  }
}

function starting(server: string): Action {
  return { ...reloading(server), verb: 'start' }
}

const names = Array.from({ length: 12 }, (_, index) => `web-${String(index).padStart(2, '0')}`)

const serials: fc.Arbitrary<Serial> = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.constant('half' as const),
  fc.integer({ min: 1, max: 100 }).map((share) => ({ share: share / 100 })),
)

const apps: fc.Arbitrary<App[]> = fc
  .array(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 12 }), { maxLength: 6 })
  .map((lists) =>
    lists.map((list, index) =>
      app(
        `app-${index}`,
        list.map((name) => on(name)),
      ),
    ),
  )

test('in no wave more web servers of an app reload than serial says, and every server is in one wave', () => {
  fc.assert(
    fc.property(apps, fc.subarray(names), serials, (all, servers, serial) => {
      const stages = stagesOf(
        'configure',
        servers.map((server) => ({ server, actions: [reloading(server)] })),
        all,
        serial,
      )
      assert.equal(stages.flatMap((stage) => stage.servers.map(({ server }) => server)).sort(), [...servers].sort())
      for (const stage of stages) {
        for (const one of all) {
          const here = stage.servers.filter(({ server }) => one.servers.some(({ name }) => name === server))
          assert.ok(
            here.length <= mostAtOnce(one.servers.length, serial),
            `${here.length} of ${one.servers.length} reload at once with ${JSON.stringify(serial)}`,
          )
        }
      }
    }),
  )
})

test('servers that only start what answers requests wait for nobody', () => {
  const all = [
    app(
      'shop',
      names.map((name) => on(name)),
    ),
  ]
  const stages = stagesOf(
    'configure',
    names.map((server) => ({ server, actions: [starting(server)] })),
    all,
    1,
  )
  assert.equal(
    stages.map(({ name, servers }) => [name, servers.length]),
    [['configure', 12]],
  )
})

test('half of two, three and one web servers is one', () => {
  assert.equal(
    [1, 2, 3, 4, 5].map((servers) => mostAtOnce(servers, 'half')),
    [1, 1, 1, 2, 2],
  )
  assert.equal(
    [1, 4, 10].map((servers) => mostAtOnce(servers, { share: 0.25 })),
    [1, 1, 2],
  )
  assert.equal(
    [1, 4].map((servers) => mostAtOnce(servers, 3)),
    [3, 3],
  )
})

test('waves are stages that say which of how many they are', () => {
  const all = [app('shop', [on('web-00'), on('web-01'), on('web-02')])]
  const stages = stagesOf(
    'retire',
    names.slice(0, 3).map((server) => ({ server, actions: [reloading(server)] })),
    all,
    2,
  )
  assert.equal(
    stages.map(({ name, servers }) => [name, servers.map(({ server }) => server)]),
    [
      ['retire 1 of 2', ['web-00', 'web-01']],
      ['retire 2 of 2', ['web-02']],
    ],
  )
})

test('nothing to do is no stage', () => {
  assert.equal(stagesOf('configure', [], [], 'half'), [])
})

test.run()
