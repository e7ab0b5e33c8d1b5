import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEmpty } from '../../src/model/plan.ts'
import { cluster, definitions, server } from '../support/builders.ts'
import { aBareServer } from '../support/memory/bookworm.ts'
import { actionsIn, planFor, provision } from '../support/runs.ts'

const web = () => definitions(cluster({ servers: [server('web-1'), server('db-1', { webServer: false })], phpIni: { memory_limit: '256M' } }))

test('apply, then plan is empty, and nothing is done twice', async () => {
  const servers = [aBareServer('web-1'), aBareServer('db-1')]
  const receipt = await provision(web(), servers)
  assert.equal(receipt.problems, [])
  assert.is(receipt.outcome, 'done')
  const again = await planFor(web(), servers)
  assert.equal(actionsIn(again), [])
  assert.ok(isEmpty(again))
})

test.run()
