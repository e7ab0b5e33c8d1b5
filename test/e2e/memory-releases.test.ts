import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { appPaths, releasePaths } from '../../src/model/app-paths.ts'
import type { FactQuery } from '../../src/model/fact.ts'
import { Secret } from '../../src/model/secret.ts'
import type { LiveStep, Step } from '../../src/model/step.ts'
import { temporary } from '../artifacts/repository.ts'
import { promise } from './promise.ts'
import { goBackUnconfirmed } from '../support/memory/releases.ts'
import { compare, type Deed, directory, files, hand, user, withPair } from './memory-server-pair.ts'

// The releases of the server in memory against those of a real one.

const [ONE, TWO, THREE] = ['aaaaaaaaaaaa-1', 'bbbbbbbbbbbb-1', 'cccccccccccc-1']
const app = 'shop'
const { home, base, releases, shared, current } = appPaths(app)

// A tar.gz with one file, as a controller has it.
function artifact(): { file: string; size: number; sha256: string } {
  const folder = temporary('flight-memory-')
  mkdirSync(join(folder, 'in'))
  writeFileSync(join(folder, 'in/index.php'), '<?php\n')
  const file = join(folder, 'artifact.tar.gz')
  execFileSync('tar', ['-czf', file, '-C', join(folder, 'in'), '.'])
  const bytes = readFileSync(file)
  return { file, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

const note = (release: string) => ({
  commit: release.slice(0, 1).repeat(40),
  tree: 'f'.repeat(40),
  subject: `it's "$(odd)"`,
  ref: 'refs/heads/main',
  artifact: 'e'.repeat(64),
  composerLock: '',
  who: 'ada',
  when: '2026-01-02T03:04:05.000Z',
})
const live = (release: string, does: LiveStep['does'], previous: string | null = null): Step => ({
  step: 'live',
  app,
  release,
  does,
  previous,
  back: 60,
})
const command = (release: string, key: string, text: string, auth?: string): Step => ({
  step: 'command',
  app,
  release,
  key,
  command: text,
  path: '/usr/bin:/bin',
  auth: auth === undefined ? undefined : new Secret(auth),
})

promise(
  'releases: what is sent, unpacked, run, switched, confirmed, taken back, failed and pruned is what a real server ' +
    'does',
  () =>
    withPair('releases-1', async (pair) => {
      const sent = artifact()
      const make = (release: string): Deed[] => [
        { what: `send ${release}`, step: { step: 'upload', app, release, ...sent } },
        {
          what: `unpack ${release}`,
          step: {
            step: 'unpack',
            app,
            release,
            sha256: sent.sha256,
            note: note(release),
            linkedDirs: [],
            linkedFiles: [],
            keepAssets: [],
          },
        },
      ]
      const go = (release: string, previous: string | null): Deed[] => [
        { what: `${release} is made ready`, step: live(release, 'ready') },
        { what: `${release} goes live`, step: live(release, 'switch', previous) },
        { what: `${release} stays`, step: live(release, 'confirm') },
        { what: `${release} is good`, step: live(release, 'settle') },
      ]
      const deeds: Deed[] = [
        { what: 'the user', step: user(app) },
        { what: 'the home', step: directory(home, '755', app) },
        ...[base, releases, `${base}/.flight`, shared].map((path): Deed => ({
          what: path,
          step: directory(path, '755', app, app, app),
        })),
        ...make(ONE),
        { what: 'a command', step: command(ONE, 'release-1', 'echo it ran; pwd') },
        { what: 'a command that fails', step: command(ONE, 'release-2', 'echo no >&2; exit 1') },
        { what: 'a command with a secret', step: command(ONE, 'composer', '[ "$COMPOSER_AUTH" = canary ]', 'canary') },
        { what: 'a command in no release', step: command(TWO, 'release-1', 'true'), again: false },
        ...go(ONE, null),
        ...make(TWO),
        { what: 'two is made ready', step: live(TWO, 'ready') },
        { what: 'two goes live', step: live(TWO, 'switch', ONE) },
        { what: 'and back', step: live(TWO, 'back', ONE) },
        { what: 'it failed', step: { step: 'fail', app, release: TWO, why: `web-1: it's "down"` } },
        { what: 'for another reason as well', step: { step: 'fail', app, release: TWO, why: 'late' } },
        { what: 'a good one does not fail', step: { step: 'fail', app, release: ONE, why: 'late' } },
        { what: 'what is not known does not either', step: { step: 'fail', app, release: THREE, why: 'late' } },
        ...make(THREE),
        { what: 'three is made ready', step: live(THREE, 'ready') },
        { what: 'three goes live', step: live(THREE, 'switch', ONE) },
        hand(
          'nobody confirms it',
          `systemctl stop flight-revert-shop-${THREE}.timer; sh /var/lib/flight/releases/shop/${THREE}/revert`,
          goBackUnconfirmed,
        ),
        { what: 'too late', step: live(THREE, 'confirm') },
        ...go(THREE, ONE),
        {
          what: 'the environment file',
          step: { step: 'environment', app, path: `${shared}/.env`, content: new Secret(`A="b # c"\nD='e`) },
        },
        {
          what: 'old ones go, the live one stays',
          step: { step: 'prune', app, release: THREE, releases: [TWO, THREE], socket: null },
        },
      ]
      const queries: FactQuery[] = [
        { fact: 'releases', app },
        { fact: 'environment', app, path: `${shared}/.env` },
        ...files(current, `${shared}/.env`, ...[ONE, TWO, THREE].map((release) => releasePaths(app, release).folder)),
      ]
      await compare(pair, deeds, queries)
    }),
)

test.run()
