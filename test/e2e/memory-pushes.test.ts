import { test } from 'uvu'
import { appPaths } from '../../src/model/app-paths.ts'
import type { FactQuery } from '../../src/model/fact.ts'
import { Secret } from '../../src/model/secret.ts'
import type { PushStep, Step } from '../../src/model/step.ts'
import { promise } from './promise.ts'
import { takeBackUnconfirmed } from '../support/memory/pushes.ts'
import { putInPlace, removeAt } from '../support/memory/tree.ts'
import { compare, type Deed, directory, files, hand, user, withPair } from './memory-server-pair.ts'

// The pushes of environment files of the server in memory against those of a real one.

const app = 'shop'
const { home, base, shared } = appPaths(app)
const path = `${shared}/.env`
const idOf = (number: number) => `20260101T1000${String(number).padStart(2, '0')}Z-aaaaaa`

const part = (id: string, does: PushStep['does'], content = '', undoes: string | null = null): Step => ({
  step: 'push',
  app,
  id,
  does,
  undoes,
  live: null,
  path,
  search: '/usr/bin:/bin',
  socket: null,
  back: 60,
  content: new Secret(Buffer.from(content).toString('base64')),
})
const whole = (id: string, content: string, undoes: string | null = null): Deed[] =>
  (['stage', 'write', 'confirm', 'settle'] as const).map((does) => ({
    what: `${does} of ${id}`,
    step: part(id, does, content, undoes),
  }))

promise('pushes: what is sent, written, confirmed, settled, taken back and kept is what a real server does', () =>
  withPair('pushes-1', async (pair) => {
    const deeds: Deed[] = [
      { what: 'the user', step: user(app) },
      { what: 'the home', step: directory(home, '755', app) },
      ...[base, `${base}/.flight`, shared].map((folder): Deed => ({
        what: folder,
        step: directory(folder, '755', app, app, app),
      })),
      ...whole(idOf(1), `A="b # c"\nD='e`),
      { what: 'sent and not written', step: part(idOf(2), 'stage', 'A=2\n') },
      { what: 'and given up', step: part(idOf(2), 'back') },
      ...whole(idOf(3), 'A=3\n'),
      { what: 'the fourth is sent', step: part(idOf(4), 'stage', 'A=4\n') },
      { what: 'the fourth is written', step: part(idOf(4), 'write') },
      { what: 'and taken back', step: part(idOf(4), 'back') },
      { what: 'the fifth is sent', step: part(idOf(5), 'stage', 'A=5\n') },
      { what: 'the fifth is written', step: part(idOf(5), 'write') },
      hand(
        'nobody confirms it',
        `systemctl stop flight-revert-env-shop-${idOf(5).toLowerCase()}.timer; sh ` +
          `/var/lib/flight/environments/shop/${idOf(5)}/revert`,
        takeBackUnconfirmed,
      ),
      { what: 'too late', step: part(idOf(5), 'confirm') },
      { what: 'the sixth is sent', step: part(idOf(6), 'stage', 'A=6\n') },
      { what: 'the sixth is written', step: part(idOf(6), 'write') },
      { what: 'and stays', step: part(idOf(6), 'confirm') },
      { what: 'and is taken back all the same', step: part(idOf(6), 'back') },
      ...whole(idOf(7), `A="b # c"\nD='e`, idOf(3)),
      hand('a hand', `printf 'A=hand' >${path}`, (machine) =>
        putInPlace(machine, path, {
          type: 'file',
          content: Buffer.from('A=hand'),
          mode: '600',
          owner: app,
          group: app,
        }),
      ),
      ...[8, 9, 10, 11, 12, 13].flatMap((number) => whole(idOf(number), `A=${number}\n`)),
      ...whole(idOf(14), 'A=12\n', idOf(13)),
      hand('nothing is left', `rm ${path}`, (machine) => removeAt(machine, path)),
      { what: 'the first again is sent', step: part(idOf(15), 'stage', 'A=15\n') },
      { what: 'the first again is written', step: part(idOf(15), 'write') },
      { what: 'and none is there again', step: part(idOf(15), 'back') },
      hand('a pipe', `runuser -u shop -- mkfifo ${path}`, (machine) =>
        putInPlace(machine, path, { type: 'other', owner: app, group: app }),
      ),
      { what: 'beside the pipe', step: part(idOf(16), 'stage', 'A=16\n') },
      { what: 'not over the pipe', step: part(idOf(16), 'write') },
    ]
    const queries: FactQuery[] = [
      { fact: 'pushes', app, previous: true },
      { fact: 'environment', app, path },
      ...files(path),
    ]
    await compare(pair, deeds, queries)
  }),
)

test.run()
