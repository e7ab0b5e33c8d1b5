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
const before = { is: 'file', mode: '644', owner: 'root', group: 'root', written: false } as const

const [LONG, BINARY] = ['a line of many\n'.repeat(30_000), Buffer.from('\x7fELF\0\xff\n', 'latin1')]
const digest = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const lies = [
  { path: '/etc/nginx/flight/limits.conf', content: THEIRS },
  { path: '/etc/nginx/flight/shop.htpasswd', content: THEIRS, secret: true },
  { path: '/etc/nginx/flight/long.conf', content: LONG, written: true },
  { path: '/etc/nginx/flight/binary.conf', content: BINARY, written: true },
  { path: '/etc/nginx/flight/changed.conf', content: THEIRS, was: 'as it was when the plan was made\n' },
  { path: '/etc/nginx/flight/huge.conf', content: Buffer.alloc(5_000_000, 'a\n') },
  { path: '/etc/nginx/flight/gone.conf', content: THEIRS, isGone: true },
]

test('a live look shows what the plan has no content of, but nothing secret, huge or changed since', async () => {
  const there = aBareServer('web-1')
  makeFolders(there.machine, '/etc/nginx/flight')
  for (const { path, content, isGone } of lies) {
    if (isGone === true) continue
    putInPlace(there.machine, path, {
      type: 'file',
      content: Buffer.from(content),
      mode: '644',
      owner: 'root',
      group: 'root',
    })
  }
  const actions = lies.map(({ path, content, secret, written, was }) =>
    changed(
      'web-1',
      aFile(path, secret === true ? `sha256:${'e'.repeat(64)}` : 'new\n', { secret: secret === true }),
      '',
      {
        before: { ...before, sha256: digest(was ?? content), written: written === true },
      },
    ),
  )
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
  assert.equal(shown, [THEIRS, undefined, LONG, BINARY.toString('utf8'), undefined, undefined, undefined])
})

test.run()
