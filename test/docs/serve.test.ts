import { load } from 'js-yaml'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { REQUEST_STATES } from '../../src/model/request.ts'
import { OCCASIONS } from '../../src/model/serve-settings.ts'
import { PURPOSES } from '../../src/model/token.ts'
import { makeMetrics } from '../../src/server/watch/metrics.ts'
import { jsonNotice } from '../../src/server/notices/notice-json.ts'
import { CLUSTER, inFolder, said } from '../definitions/folder.ts'
import { readExposition } from '../server/watch/exposition.ts'
import { aRequest, aServer, planned } from '../server/notices/occurrences.ts'
import { blocks, page } from './pages.ts'

const serve = page('docs/serve.md')
const codeIn = (language: string): string[] =>
  blocks(serve)
    .filter((block) => block.language === language)
    .map(({ code }) => code)

test('the section serve of the page is valid, and names every key of the schema', async () => {
  const [flight = ''] = codeIn('yaml').filter((code) => code.startsWith('# flight.yml'))
  await inFolder({ 'flight.yml': flight, 'clusters/production.yml': CLUSTER }, async (root) => {
    const { problems, warnings, loaded } = await said(root)
    assert.equal([...problems, ...warnings], [])
    assert.equal(
      loaded?.definitions.settings.serve.notify.map(({ format }) => format),
      ['slack', 'json'],
    )
  })
  const keys = Object.keys(
    (JSON.parse(page('schemas/flight.json').text) as { properties: { serve: { properties: object } } }).properties.serve
      .properties,
  )
  assert.equal(
    keys.filter((key) => !new RegExp(`^  (# )?${key}:`, 'm').test(flight)),
    [],
  )
})

test('every metric is told, and the alerts ask for metrics that exist', async () => {
  const metrics = await makeMetrics({ version: '1', queue: () => ({ waiting: 0, running: 0 }) })
  metrics.drift([aServer('a', 'drifted')], '2026-11-23T03:30:00.000Z')
  const names = [...readExposition(await metrics.text()).keys()].filter((name) => name.startsWith('flight_'))
  const told = [...new Set(serve.text.match(/\bflight_[a-z_]+(?=[`{ )[])/g))]
  assert.equal(told.sort(), names.sort())
  const rules = load(codeIn('yaml').find((code) => code.startsWith('groups:')) ?? '') as {
    groups: { rules: { alert: string }[] }[]
  }
  assert.is(rules.groups[0]?.rules.length, 3)
})

test('the notice of the page is the notice that is sent', () => {
  const request = aRequest({
    state: 'succeeded',
    release: '3f9a1c2b7d04-1',
    ended: '2026-11-23T03:30:42.000Z',
    end: { exit: 0, said: '…', problems: [] },
  })
  const notice = jsonNotice({
    occasion: 'success',
    request,
    planned: planned(),
    link: 'https://flight.example.com/releases/42',
  })
  assert.equal(JSON.parse(codeIn('json')[0] ?? ''), notice)
})

test('every state, purpose and occasion is told', () => {
  for (const name of [...REQUEST_STATES, ...PURPOSES])
    assert.match(serve.text, new RegExp(`^\\| \`${name}\` +\\|`, 'm'), name)
  for (const name of OCCASIONS) assert.match(serve.text, `\`${name}\``, name)
})

test.run()
