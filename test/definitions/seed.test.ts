import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { appFiles } from '../../src/model/app-paths.ts'
import { aBareServer } from '../support/memory/bookworm.ts'
import { actionsIn, planFor } from '../support/runs.ts'
import { inFolder, said } from './folder.ts'

// The definitions that Flight was first ordered for, as they were written.
const root = new URL('../fixtures/seed/', import.meta.url).pathname

test('an app that answers requests without a domain is valid; what is unwise is said with the way out', async () => {
  const { problems, warnings } = await said(root)
  assert.equal(problems, [])
  assert.equal(warnings, [
    'apps/myapp.yml:11:3 linked_dirs: does not link storage/logs: every release begins new logs',
    'apps/myapp.yml:17:7 servers[0].web: answers requests, and the app has no domain: its site answers for the name ' +
      'myapp (add domain: myapp.example.com)',
    'apps/myapp.yml:24:9 servers[1].deploy_commands[1]: queue:restart before going live: workers come back in the ' +
      'old release (remove it: Flight restarts the workers once the release is live)',
  ])
})

test('its site has the name of the app, and the plan says so where the site is', async () => {
  const { definitions } = await loadDefinitions(root)
  const plan = await planFor(definitions, [aBareServer('myapp-1'), aBareServer('myapp-2')])
  assert.equal([plan.missing, plan.blocked], [[], []])
  const { site } = appFiles('myapp')
  const sites = actionsIn(plan).flatMap((action) =>
    action.kind === 'file' && action.after.path === site ? [[action.address, action.after.content]] : [],
  )
  assert.equal(
    sites.map(([address]) => address),
    [`myapp-1/file/${site}`],
  )
  assert.match(sites[0]?.[1] ?? '', /^ *server_name myapp;$/m)
  const note =
    'myapp has no domain: its site answers for the name myapp (add to apps/myapp.yml: domain: myapp.example.com)'
  assert.equal(
    plan.servers.map(({ name, notes }) => [name, notes.includes(note)]),
    [
      ['myapp-1', true],
      ['myapp-2', false],
    ],
  )
})

test('the name of such an app is taken for every other app of its cluster', async () => {
  const head = 'repo: a@example.com:a.git\nphp: 8.2\ncluster: staging\n'
  const { problems } = await inFolder(
    {
      'clusters/staging.yml': 'php: [ 8.2 ]\nservers: [ { name: web-1, host: a, web_server: true } ]\n',
      'apps/myapp.yml': `${head}servers: [ { name: web-1, web: { max_workers: 2 } } ]\n`,
      'apps/other.yml': `${head}domain: myapp\nservers: [ { name: web-1, web: { max_workers: 2 } } ]\n`,
    },
    said,
  )
  assert.equal(problems, ['apps/other.yml:4:9 domain: myapp is claimed by app myapp already (apps/myapp.yml:4:32)'])
})

test.run()
