import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { planMarkdown } from '../../src/views/plan-markdown.ts'
import { isExpected } from './expected.ts'
import { bigFleet, configured, everything, quietPlan } from './fleet.ts'
import { HOSTILE } from './hostile.ts'
import { aFile, aPlan, aServer, askedFor, changed } from './plans.ts'
import type { Plan } from '../../src/model/plan.ts'

function hostile(bad: string): Plan {
  const file = changed('web-1', aFile(`/etc/${bad}`, `${bad}\nmore`), `other\n${bad}`, {
    feature: bad,
    because: [{ code: 'differs', text: bad }],
  })
  return aPlan({
    asked: askedFor({ clusters: [bad] }),
    servers: [
      aServer('web-1', { notes: [bad], host: bad, leftovers: [{ what: bad, remove: bad }] }),
      aServer('web-7', { notes: [bad] }),
    ],
    missing: [{ code: 'FLIGHT_UNREACHABLE', server: 'web-2', where: `web-2`, what: bad, hint: bad }],
    blocked: [
      { code: 'FLIGHT_CONFLICT', server: 'web-3', address: `web-3/file/${bad}`, where: `web-3/file/${bad}`, what: bad },
    ],
    stages: [
      { name: bad, servers: [{ server: 'web-1', actions: [file] }] },
      { name: 'second', servers: [] },
    ],
  })
}

// The document without what stands in code blocks, as CommonMark finds their ends.
function outsideOfFences(markdown: string): string {
  const kept: string[] = []
  let fence = ''
  for (const line of markdown.split('\n')) {
    const ticks = /^(`{3,})/.exec(line)?.[1] ?? ''
    if (fence === '' && ticks !== '') fence = ticks
    else if (fence !== '' && ticks.length >= fence.length && line.trim() === ticks) fence = ''
    else if (fence === '') kept.push(line)
  }
  assert.is(fence, '', 'every fence is closed')
  return kept.join('\n')
}

// The same without inline code: a backtick behind a backslash opens nothing, a run is closed by one as long.
function words(markdown: string): string {
  return outsideOfFences(markdown)
    .split('\n')
    .map((line) => {
      let kept = ''
      for (let rest = line; rest !== '';) {
        const ticks = /^`+/.exec(rest)?.[0] ?? ''
        const closed = ticks === '' ? null : new RegExp(`(?<!\`)${ticks}(?!\`)`).exec(rest.slice(ticks.length))
        const step = rest.startsWith('\\') ? 2 : ticks === '' ? 1 : ticks.length
        if (closed === null) kept += rest.slice(0, step)
        rest = closed === null ? rest.slice(step) : rest.slice(2 * ticks.length + closed.index)
      }
      return kept
    })
    .join('\n')
}

test('a plan with a bit of everything, with nothing, and of a fleet', () => {
  isExpected('everything.md', planMarkdown(everything()))
  isExpected('quiet.md', planMarkdown(quietPlan()))
  isExpected('configured.md', planMarkdown(configured()))
})

test('nothing hostile breaks out of its place', () => {
  for (const bad of HOSTILE) {
    const text = words(planMarkdown(hostile(bad)))
    assert.not.match(text, /<(?!\/?(details|summary)>)/, bad)
    assert.is(text.split('<details>').length, text.split('</details>').length)
    assert.not.match(text, /@\w/, bad)
    assert.not.match(text, /(?<!&)#\d/, bad)
    assert.not.match(text, /https?:\/\//, bad)
    assert.not.match(text, /(?<!\\)\]\(/, bad)
  }
})

test('a pipe in a name does not add a column to the table', () => {
  const markdown = planMarkdown({
    ...hostile('x'),
    missing: [{ code: 'FLIGHT_UNREACHABLE', server: 'a|b', where: 'a|b', what: 'x' }],
  })
  assert.match(markdown, /^\| `a\\\|b` \|/m)
})

test('no raw <script stands outside of code, whatever a plan contains', () => {
  const piece = fc.oneof(
    fc.constantFrom('<script', '`', '```', '\n', '\n\n', '|', '~~~', '    ', '</details>', '@a', '#1'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const markdown = planMarkdown(hostile(pieces.join('')))
      assert.not.match(words(markdown), /<script/i)
      assert.not.match(outsideOfFences(markdown).replace(/`[^\n]*`/g, ''), /<script/i)
    }),
    { numRuns: 500 },
  )
})

test('however large a plan is, it fits into a comment and says what is cut', () => {
  for (const size of [50, 500, 2000]) {
    const markdown = planMarkdown(bigFleet(size))
    assert.ok(markdown.length <= 60_000, `${size}: ${markdown.length}`)
    assert.match(markdown, /Digest `sha256:/)
  }
  assert.match(planMarkdown(bigFleet(2000)), /Cut here: \d+ parts of this plan left out/)
})

test('huge contents and messages fit, too', () => {
  const long = `${'<&@#`|'.repeat(50_000)}\n`
  const markdown = planMarkdown(hostile(long.repeat(3)))
  assert.ok(markdown.length <= 60_000, String(markdown.length))
})

test.run()
