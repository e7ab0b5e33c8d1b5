import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { capacityWarning } from '../../../src/engine/resolve/capacity.ts'
import type { AppOnServer } from '../../../src/features/feature.ts'
import type { App, AppServer, Program } from '../../../src/model/definitions.ts'
import { cluster } from '../../support/builders.ts'

const ON: AppServer = {
  name: 'web-1',
  web: undefined,
  deployCommands: [],
  queues: [],
  daemons: [],
  scheduler: false,
  cron: [],
}

function anApp(name: string, on: Partial<AppServer>, more: Partial<App> = {}): AppOnServer {
  return { app: { name, requestMemory: undefined, ...more } as App, on: { ...ON, ...on } }
}

function program(name: string, command: string, workers = 1): Program {
  return { name, command, workers, stopWaitTimeout: 3600 }
}

const pool = (maxWorkers: number): AppServer['web'] => ({ pm: 'ondemand', maxWorkers })
const STAGING = cluster({ requestMemory: 512 })

test('apps that may take more memory than there is: a warning with each addend and the sum', () => {
  const shop = anApp('shop', {
    web: pool(15),
    queues: [program('default', 'queue:work --memory=256', 5)],
    daemons: [program('horizon', 'artisan horizon')],
  })
  const blog = anApp('blog', { web: pool(4) }, { requestMemory: 64 })
  assert.is(
    capacityWarning([blog, shop], STAGING, { megabytes: 7972 }),
    'its apps may take 9.1 GB of memory at once, and it has 7.8 GB: requests of shop 15 x 512 MB + default of shop ' +
      '5 x 256 MB + requests of blog 4 x 64 MB + horizon of shop 1 x 128 MB',
  )
  assert.is(capacityWarning([blog, shop], STAGING, { megabytes: 9344 }), undefined)
})

test('a sum and a memory that look the same in GB are said in MB', () => {
  assert.match(
    capacityWarning([anApp('shop', { web: pool(16) })], STAGING, { megabytes: 8190 }) ?? '',
    /may take 8192 MB of memory at once, and it has 8190 MB:/,
  )
})

test('many addends are cut short, and what is cut is counted', () => {
  const apps = Array.from({ length: 20 }, (_, index) => anApp(`app-${index}`, { web: pool(2) }))
  const text = capacityWarning(apps, STAGING, { megabytes: 1024 }) ?? ''
  assert.match(text, / \+ 14 more with 14 GB$/)
  assert.ok(text.length < 400)
})

test('a worker counts with what its command says, otherwise with 128 MB', () => {
  const cases: [string, number][] = [
    ['queue:work', 128],
    ['queue:work --memory=300', 300],
    ['queue:work --memory 300 --tries=2', 300],
    ['queue:work --memory=0', 128],
    ['queue:work --memory=3x', 128],
    ['queue:work x--memory=300', 128],
  ]
  for (const [command, megabytes] of cases) {
    const apps = [anApp('shop', { queues: [program('a', command)] })]
    assert.is(capacityWarning(apps, STAGING, { megabytes }), undefined, command)
    assert.type(capacityWarning(apps, STAGING, { megabytes: megabytes - 1 }), 'string', command)
  }
})

const programs = fc.array(
  fc.record({ workers: fc.integer({ min: 1, max: 200 }), memory: fc.option(fc.integer({ min: 1, max: 4096 })) }),
  { maxLength: 4 },
)
const apps = fc.array(
  fc.record({
    workers: fc.option(fc.integer({ min: 1, max: 2000 })),
    memory: fc.option(fc.integer({ min: 8, max: 65_536 })),
    queues: programs,
    daemons: programs,
  }),
  { maxLength: 12 },
)

test('it warns exactly when the sum of all pools and workers is more than the memory', () => {
  fc.assert(
    fc.property(
      apps,
      fc.integer({ min: 8, max: 65_536 }),
      fc.integer({ min: 1, max: 2_000_000 }),
      (list, requestMemory, megabytes) => {
        const named = (of: (typeof list)[number]['queues']): Program[] =>
          of.map(({ workers, memory }, index) =>
            program(`p${index}`, memory === null ? 'queue:work' : `queue:work --memory=${memory}`, workers),
          )
        const built = list.map(({ workers, memory, queues, daemons }, index) =>
          anApp(
            `app-${index}`,
            { web: workers === null ? undefined : pool(workers), queues: named(queues), daemons: named(daemons) },
            { requestMemory: memory ?? undefined },
          ),
        )
        const sum = list.reduce(
          (total, { workers, memory, queues, daemons }) =>
            total +
            (workers ?? 0) * (memory ?? requestMemory) +
            [...queues, ...daemons].reduce((all, one) => all + one.workers * (one.memory ?? 128), 0),
          0,
        )
        const text = capacityWarning(built, cluster({ requestMemory }), { megabytes })
        assert.is(text !== undefined, sum > megabytes)
        // The order in which apps are defined changes nothing.
        assert.is(capacityWarning([...built].reverse(), cluster({ requestMemory }), { megabytes }), text)
        if (text !== undefined) assert.ok(text.length < 600)
      },
    ),
    { numRuns: 300 },
  )
})

test.run()
