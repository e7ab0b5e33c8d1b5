import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { saveReceipt } from '../../../src/engine/apply/receipt-file.ts'
import { validatePlan, validateReceipt } from '../../../src/engine/plan/plan-file.ts'
import { cluster, definitions, server } from '../../support/builders.ts'
import { aBareServer } from '../../support/memory/bookworm.ts'
import { apply, planFor } from '../../support/runs.ts'

const wanted = definitions(cluster({ servers: [server('web-1', { webServer: true })] }))

test('plans and receipts have their published form', async () => {
  const servers = [aBareServer('web-1')]
  const plan = await planFor(wanted, servers)
  assert.is(validatePlan(plan), undefined)
  const receipt = await apply(plan, wanted, servers)
  assert.is(validateReceipt(JSON.parse(JSON.stringify(receipt))), undefined)
})

test('a receipt is kept whole, and only its owner reads it', async () => {
  const servers = [aBareServer('web-1')]
  const receipt = await apply(await planFor(wanted, servers), wanted, servers)
  const file = await saveReceipt(receipt, join(mkdtempSync(join(tmpdir(), 'flight-receipt-')), 'state'))
  assert.equal(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(receipt)))
  assert.is(statSync(file).mode & 0o777, 0o600)
})

test('the redis of PHP 7.4 is a note where Debian has none beside PHP 8', async () => {
  const custom = {
    kind: 'custom' as const,
    uri: 'http://mirror.example.com/debian',
    suites: ['bullseye'],
    components: ['main'],
    key: { path: '/usr/share/keyrings/debian-archive-keyring.gpg' },
    pin: [],
  }
  const both = definitions(
    cluster({ php: ['7.4', '8.2'], phpSource: custom, servers: [server('web-1', { webServer: true })] }),
  )
  const plan = await planFor(both, [aBareServer('web-1')])
  assert.match(plan.servers[0]?.notes.join('\n') ?? '', /PHP 7\.4 comes without redis/)
})

test.run()
