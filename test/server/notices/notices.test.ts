import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { REQUEST_STATES } from '../../../src/model/request.ts'
import { OCCASIONS } from '../../../src/model/serve-settings.ts'
import { noticesFor } from '../../../src/server/notices/notices.ts'
import { jsonNotice } from '../../../src/server/notices/notice-json.ts'
import { slackMessage, slackText } from '../../../src/server/notices/notice-slack.ts'
import { sentenceOf } from '../../../src/server/notices/notice-words.ts'
import { idOf, occasionOf, type Occurrence } from '../../../src/server/notices/occurrence.ts'
import { aReceiver, aRequest, aServer, COMMIT, planned } from './occurrences.ts'

const NOW = new Date('2026-11-23T04:00:00Z')
const ended = '2026-11-23T03:30:42.000Z'
const end = (said: string) => ({ exit: 1, said, problems: [] })
type Asked = Exclude<Occurrence, { occasion: 'drift' }>
const of = (request: Parameters<typeof aRequest>[0], other: Partial<Asked> = {}): Occurrence => {
  const asked = aRequest(request)
  return { occasion: occasionOf(asked) ?? 'start', request: asked, planned: planned(), link: undefined, ...other }
}
const drift = (...servers: ReturnType<typeof aServer>[]): Occurrence => ({
  occasion: 'drift',
  at: '2026-11-23T03:30:00.000Z',
  servers,
  link: undefined,
})

test('what happened is one sentence', () => {
  const back = { does: 'rollback', leaving: 41, to: null } as const
  const said = [
    of({}),
    of({ state: 'succeeded', ended }),
    of({ state: 'succeeded', ended, release: 'aaaaaaaaaaaa-1', wish: back }, { planned: undefined }),
    of({ state: 'went_back', ended, end: end('web-1 answered 500') }),
    of({ state: 'failed', ended, end: end('composer ended with exit code 1') }),
    of({ state: 'refused', ended, end: end('the commit is older than the live one') }, { planned: undefined }),
    drift(
      aServer('web-1', 'drifted'),
      aServer('web-2', 'not asked'),
      aServer('web-3', 'in order'),
      aServer('web-4', 'blocked'),
    ),
  ].map(sentenceOf)
  assert.equal(said, [
    'shop: 3f9a1c2b7d04 begins on web-1, web-2, asked for by ci-shop',
    'shop: 3f9a1c2b7d04 is live on web-1, web-2 after 41 s',
    'shop is back to aaaaaaaaaaaa-1 after 41 s',
    'shop: 3f9a1c2b7d04 went live and was taken back: web-1 answered 500',
    'shop: 3f9a1c2b7d04 failed: composer ended with exit code 1',
    'shop: 3f9a1c2b7d04 was refused: the commit is older than the live one',
    'Drift: 1 could not be asked, 1 blocked, 1 drifted, 1 in order',
  ])
})

test('which state is which occasion', () => {
  const told = Object.fromEntries(REQUEST_STATES.map((state) => [state, occasionOf(aRequest({ state }))]))
  assert.equal(told, {
    waiting: undefined,
    running: 'start',
    succeeded: 'success',
    failed: 'failure',
    went_back: 'rollback',
    refused: 'failure',
    superseded: undefined,
    cancelled: undefined,
  })
  assert.is(occasionOf(aRequest({ state: 'succeeded', wish: { does: 'rollback', leaving: 1, to: null } })), 'rollback')
})

test('each receiver is told of what it asked for, in its format', () => {
  const receivers = [
    aReceiver(),
    aReceiver({ name: 'chat', format: 'slack', on: ['failure'] }),
    aReceiver({ name: 'quiet', on: ['start'] }),
  ]
  const notices = noticesFor(of({ state: 'failed', ended, end: end('no') }), receivers, NOW)
  assert.equal(
    notices.map(({ target, at, due }) => [target, at, due]),
    [
      ['team', NOW.toISOString(), NOW.toISOString()],
      ['chat', NOW.toISOString(), NOW.toISOString()],
    ],
  )
  assert.is((notices[0]?.body as { occasion: string } | undefined)?.occasion, 'failure')
  assert.ok(Array.isArray((notices[1]?.body as { blocks: unknown } | undefined)?.blocks))
  for (const occasion of OCCASIONS) {
    const told = occasion === 'drift' ? drift(aServer('web-1', 'drifted')) : of({}, { occasion })
    assert.is(noticesFor(told, [aReceiver({ on: [occasion] })], NOW).length, 1)
    assert.is(noticesFor(told, [aReceiver({ on: OCCASIONS.filter((other) => other !== occasion) })], NOW).length, 0)
  }
})

test('no drift is no news', () => {
  assert.equal(
    noticesFor(drift(aServer('web-1', 'in order'), aServer('web-2', 'not looked at')), [aReceiver()], NOW),
    [],
  )
  assert.equal(noticesFor(drift(), [aReceiver()], NOW), [])
  assert.is(noticesFor(drift(aServer('web-1', 'not asked')), [aReceiver()], NOW).length, 1)
})

test('what is told twice has the same id, and nothing else has it', () => {
  const all = [
    of({}),
    of({ state: 'succeeded' }),
    of({ id: 43 }),
    of({ asked: '2026-11-23T03:31:00.000Z' }),
    drift(aServer('a', 'drifted')),
  ]
  assert.is(new Set(all.map(idOf)).size, all.length)
  assert.is(idOf(of({})), idOf(of({ attempts: 7, release: 'x' })))
  for (const told of all) {
    assert.is(jsonNotice(told).id, idOf(told))
    assert.is(slackMessage(told).blocks[0]?.block_id, idOf(told))
  }
})

test('the fields of format json', () => {
  const problems = [
    { code: 'FLIGHT_UNHEALTHY', where: 'web-1', what: 'answered\u001b[31m 500', hint: 'read the log' },
  ] as const
  const body = jsonNotice(
    of(
      { state: 'went_back', ended, release: '3f9a1c2b7d04-1', end: { exit: 7, said: 'taken back', problems } },
      { link: 'https://flight.example.com/releases/42' },
    ),
  )
  assert.equal(body, {
    format: 1,
    id: 'release-42-rollback-20261123T033000Z',
    occasion: 'rollback',
    text: 'shop: 3f9a1c2b7d04 went live and was taken back: taken back',
    link: 'https://flight.example.com/releases/42',
    request: {
      id: 42,
      app: 'shop',
      does: 'release',
      state: 'went_back',
      by: 'ci-shop',
      commit: COMMIT,
      ref: 'main',
      subject: 'Sell more',
      release: '3f9a1c2b7d04-1',
      servers: ['web-1', 'web-2'],
      asked: '2026-11-23T03:30:00.000Z',
      began: '2026-11-23T03:30:01.000Z',
      ended,
      exit: 7,
      said: 'taken back',
      problems: [{ code: 'FLIGHT_UNHEALTHY', where: 'web-1', what: 'answered 500', hint: 'read the log' }],
    },
    drift: null,
  })
  const other = jsonNotice(
    drift(
      aServer('web-1', 'drifted', {
        drift: [{ address: 'web-1/file//etc/x', feature: 'f', verb: 'update', because: [] }],
      }),
      aServer('web-2', 'in order'),
    ),
  )
  assert.equal(other.drift, {
    at: '2026-11-23T03:30:00.000Z',
    outcome: 'drift',
    servers: [{ name: 'web-1', cluster: 'production', state: 'drifted', drifted: 1 }],
    more: 0,
  })
})

test('nobody is called and nothing is a link because a commit says so', () => {
  const subject = 'Fix <!channel> <https://evil.example.com|here> & <@U1> @channel @here\n@all'
  const { text, blocks } = slackMessage(
    of(
      { state: 'succeeded', by: '<!here>' },
      { planned: planned({ subject }), link: 'https://flight.example.com/a?b=1&c=|<>' },
    ),
  )
  const shown = [text, ...blocks.map((block) => block.text.text)]
    .join('\n')
    .replace('<https://flight.example.com/a?b=1&amp;c=%7C%3C%3E|Look>', '')
  assert.not.match(shown, /[<>]|@(?=\w)/)
  assert.not.match(shown, /&(?!amp;|lt;|gt;)/)
  assert.match(shown, 'Fix &lt;!channel&gt;')
})

test('whatever text comes in: one line, nothing for Slack to obey, and an end', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 2000 }),
        fc.string({ unit: fc.constantFrom('@', '<', '&', '\n', '\u202e', '😀', '!', 'here'), maxLength: 2000 }),
      ),
      (text) => {
        const shown = slackText(text)
        assert.not.match(shown, /[<>\n]|@(?!\u200b)|&(?!amp;|lt;|gt;)/)
        assert.ok(shown.length < 3000)
        assert.is(Buffer.from(shown).toString(), shown, 'no half of a character')
      },
    ),
    { numRuns: 300 },
  )
})

test('a notice stays small, however much there is to say', () => {
  const long = 'x'.repeat(100_000)
  const many = Array.from({ length: 500 }, (_, index) =>
    aServer(`web-${index}`, 'drifted', {
      problems: [{ code: 'FLIGHT_CONFLICT', where: long, what: long, hint: long }],
      drift: [{ address: long, feature: long, verb: 'update', because: [long] }],
    }),
  )
  const problems = Array.from({ length: 1000 }, () => ({
    code: 'FLIGHT_CONFLICT' as const,
    where: long,
    what: long,
    hint: long,
  }))
  for (const told of [
    drift(...many),
    of({ state: 'failed', by: long, end: { exit: 1, said: long, problems } }, { planned: planned({ subject: long }) }),
  ]) {
    for (const body of [slackMessage(told), jsonNotice(told)])
      assert.ok(JSON.stringify(body).length < 60_000, `${JSON.stringify(body).length}`)
    for (const { text } of slackMessage(told).blocks) assert.ok(text.text.length <= 3000, `${text.text.length}`)
  }
})

test.run()
