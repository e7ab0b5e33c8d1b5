import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { joiningRelease, type Neighbour } from '../../src/operations/release/joining-release.ts'
import { app, on } from '../support/builders.ts'

// What brings one server of an app to what the others serve.

const SHOP = app('shop', [on('web-1'), on('web-2'), on('web-3')])
const [ONE, TWO] = ['aaaaaaaaaaaa-1', 'bbbbbbbbbbbb-1'] as const
const note = (name: string) => ({
  commit: name.slice(0, 1).repeat(40),
  tree: 'f'.repeat(40),
  subject: 'A subject',
  ref: 'refs/heads/main',
  artifact: 'e'.repeat(64),
  composerLock: '',
  who: 'ada',
  when: '2026-01-02T03:04:05Z',
})

function neighbour(server: string, live: string | undefined, hasEnvironment = true, isNoted = true): Neighbour {
  const releases =
    live === undefined
      ? []
      : [
          {
            name: live,
            note: isNoted ? note(live) : undefined,
            present: true,
            pruned: false,
            live: 1,
            turns: 1,
            before: undefined,
            confirmed: true,
            settled: true,
            good: 2,
            failed: undefined,
            kept: undefined,
            commands: [],
          },
        ]
  return {
    server,
    said: { current: live === undefined ? { is: 'absent' } : { is: 'release', name: live }, releases },
    hasEnvironment,
  }
}

test('it joins what the others serve, under the same name, with the environment file of the first that has one', () => {
  const { wish } = joiningRelease(SHOP, 'web-3', [
    neighbour('web-1', ONE, false),
    neighbour('web-2', ONE),
    neighbour('web-3', undefined, false),
  ])
  assert.equal(wish, {
    app: 'shop',
    does: 'join',
    name: ONE,
    note: { commit: 'a'.repeat(40), tree: 'f'.repeat(40), subject: 'A subject', ref: 'refs/heads/main' },
    artifact: 'e'.repeat(64),
    without: ['web-1', 'web-2'],
    environmentFrom: 'web-2',
  })
})

test('one that has an environment file keeps it, whatever it holds', () => {
  const { wish } = joiningRelease(SHOP, 'web-3', [neighbour('web-1', TWO), neighbour('web-3', ONE)])
  assert.ok(wish?.does === 'join' && wish.environmentFrom === null && wish.name === TWO)
})

test('where the others differ it joins the most of them', () => {
  const { wish } = joiningRelease(
    app(
      'shop',
      ['1', '2', '3', '4'].map((number) => on(`web-${number}`)),
    ),
    'web-4',
    [neighbour('web-1', ONE), neighbour('web-2', TWO), neighbour('web-3', TWO), neighbour('web-4', undefined)],
  )
  assert.ok(wish?.does === 'join' && wish.name === TWO)
})

test('where there is nothing to bring it says why', () => {
  const cases: [readonly Neighbour[], RegExp][] = [
    [[neighbour('web-1', ONE), neighbour('web-3', ONE)], /serves aaaaaaaaaaaa-1, as the others do/],
    [[neighbour('web-1', undefined), neighbour('web-3', undefined)], /none of its other servers serves a release yet/],
    [[neighbour('web-3', undefined)], /no other server has it.*flight app:release shop COMMIT/],
    [[neighbour('web-1', ONE, true, false), neighbour('web-3', undefined)], /which Flight did not release/],
  ]
  for (const [neighbours, text] of cases) {
    const joining = joiningRelease(SHOP, 'web-3', neighbours)
    assert.is(joining.wish, undefined)
    assert.match(joining.text, text)
  }
})

test.run()
