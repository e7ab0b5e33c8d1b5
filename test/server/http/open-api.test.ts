import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compiles, DOCUMENT } from './check-answer.ts'
import { aFront } from './front.ts'

test('every route is in the document, and every route of the document is there', async () => {
  const routes = aFront()
    .doors.app.routes.filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  const documented = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.equal([...new Set(routes)].sort(), documented.sort())
})

test('the document is whole: names, parameters, schemas and what they refer to', async () => {
  const answer = await aFront().ask('/openapi.json')
  const text = await answer.text()
  const document = JSON.parse(text) as typeof DOCUMENT & { info: Record<string, string>; servers: { url: string }[] }
  assert.is(document.openapi, '3.1.0')
  assert.ok(document.info['title'] !== '' && /^\d+\.\d+\.\d+/.test(document.info['version'] ?? ''))
  assert.is(document.servers[0]?.url, 'http://flight.example.com')
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
    assert.ok(Object.hasOwn(document.components.schemas, name as string), name)
  for (const name of Object.keys(document.components.schemas)) assert.ok(compiles(name), name)
  const seen = new Set<string>()
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations) as {
      operationId: string
      summary: string
      parameters?: { name: string; in: string; required: boolean; schema: object }[]
      responses: Record<string, { description: string }>
      security: object[]
    }[]) {
      assert.not.ok(seen.has(operation.operationId), operation.operationId)
      seen.add(operation.operationId)
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      assert.equal(
        inPath.map(({ name }) => name),
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        path,
      )
      assert.ok(inPath.every(({ required }) => required))
      for (const [status, { description }] of Object.entries(operation.responses))
        assert.ok(/^[2-5]\d\d$/.test(status) && description !== '', `${path} ${status}`)
      assert.ok(Array.isArray(operation.security) && operation.summary !== '')
    }
  }
})

test.run()
