import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withLiveContents } from '../../src/operations/fleet/live-contents.ts'
import type { Session } from '../../src/operations/session.ts'
import { cluster, definitions, server } from '../support/builders.ts'
import { connectTo } from '../support/memory-server.ts'
import { aBareServer } from '../support/memory/bookworm.ts'
import { makeFolders, putInPlace } from '../support/memory/tree.ts'
import { aFile, aPlan, aServer, changed } from '../views/plans.ts'

const THEIRS = 'something of somebody\n'
const sha256 = createHash('sha256').update(THEIRS).digest('hex')
const before = { is: 'file', sha256, mode: '644', owner: 'root', group: 'root', written: false } as const

test('a live look shows what others wrote, and nothing of what is secret', async () => {
  const there = aBareServer('web-1')
  makeFolders(there.machine, '/etc/nginx/flight')
  for (const path of ['/etc/nginx/flight/limits.conf', '/etc/nginx/flight/shop.htpasswd']) {
    putInPlace(there.machine, path, {
      type: 'file',
      content: Buffer.from(THEIRS),
      mode: '644',
      owner: 'root',
      group: 'root',
    })
  }
  const actions = [
    changed('web-1', aFile('/etc/nginx/flight/limits.conf', 'new\n'), '', { before }),
    changed('web-1', aFile('/etc/nginx/flight/shop.htpasswd', `sha256:${'e'.repeat(64)}`, { secret: true }), '', {
      before,
    }),
  ]
  const session = {
    definitions: definitions(cluster({ servers: [server('web-1')] })),
    parallel: 1,
    connect: connectTo([there]),
    signal: new AbortController().signal,
  }
  const live = await withLiveContents(
    session as unknown as Session,
    aPlan({ servers: [aServer('web-1')], stages: [{ name: 'configure', servers: [{ server: 'web-1', actions }] }] }),
  )
  const shown = live.stages[0]?.servers[0]?.actions.map((action) =>
    action.kind === 'file' && action.before.is === 'file' ? action.before.content : undefined,
  )
  assert.equal(shown, [THEIRS, undefined])
})

test.run()
