import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { statusRows } from '../../src/operations/fleet/status-rows.ts'
import { app, cluster, definitions, on, server, withApps } from '../support/builders.ts'
import { aBareServer } from '../support/memory/bookworm.ts'
import { planFor, provision } from '../support/runs.ts'

const names = ['web-1', 'web-2']
const wanted = withApps(
  definitions(cluster({ servers: names.map((name) => server(name)) })),
  app(
    'shop',
    names.map((name) => on(name)),
  ),
  app('blog', [on('web-2', { scheduler: true })]),
)

test('a server shows its apps, whether it is in order, and what is out of the ordinary', async () => {
  const servers = names.map((name) => aBareServer(name))
  await provision(wanted, servers)
  const rows = statusRows(await planFor(wanted, servers), wanted)
  assert.equal(
    rows.map(({ server: name, state, apps }) => [name, state, apps]),
    [
      ['web-1', 'in order', ['shop']],
      ['web-2', 'in order', ['blog', 'shop']],
    ],
  )
  assert.equal(
    rows.map(({ unusual }) => unusual),
    [[], ['cron of blog: not before there is a release (/home/blog/blog/current)']],
  )
})

test.run()
