import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

test('the types of what people write and send are made from today’s schemas (npm run generate)', async () => {
  const script = new URL('../../build/types.mjs', import.meta.url).href
  const { writtenTypes } = (await import(script)) as { writtenTypes(): Promise<Map<string, string>> }
  for (const [name, text] of await writtenTypes()) {
    const committed = readFileSync(new URL(`../../src/schema/types/${name}.ts`, import.meta.url), 'utf8')
    assert.is(committed, text, name)
  }
})

test('a generated validator needs nothing of ajv at run time', () => {
  for (const name of ['api', 'app', 'cluster', 'flight', 'webhooks']) {
    const code = readFileSync(new URL(`../../src/schema/generated/${name}.js`, import.meta.url), 'utf8')
    assert.not.match(code, /^import |^const .* = require\(/m)
  }
})

test.run()
