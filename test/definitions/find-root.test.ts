import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findDefinitions } from '../../src/definitions/find-root.ts'
import { FlightError } from '../../src/model/errors.ts'
import { CLUSTER, inFolder } from './folder.ts'

test('the folder is found from below', async () => {
  await inFolder({ 'a/clusters/x.yml': CLUSTER, 'a/apps/deep/er/x': '' }, async (root) => {
    assert.is(await findDefinitions(join(root, 'a/apps/deep/er')), join(root, 'a'))
    assert.is(await findDefinitions(join(root, 'a')), join(root, 'a'))
    assert.is(await findDefinitions('/', join(root, 'a')), join(root, 'a'))
    assert.is(await findDefinitions(root, 'a'), join(root, 'a'))
  })
})

test('a flight.yml alone is enough, the nearest folder wins', async () => {
  await inFolder({ 'clusters/x.yml': CLUSTER, 'inner/flight.yml': '' }, async (root) => {
    assert.is(await findDefinitions(join(root, 'inner')), join(root, 'inner'))
  })
})

test('what was named must be one: no search from there', async () => {
  await inFolder({ 'clusters/x.yml': CLUSTER }, async (root) => {
    await mkdir(join(root, 'empty'))
    for (const given of ['empty', 'missing']) {
      const error = await findDefinitions(root, given).catch((thrown: unknown) => thrown)
      assert.instance(error, FlightError)
      assert.is((error as FlightError).problems[0]?.code, 'FLIGHT_NO_DEFINITIONS')
    }
  })
})

test('a folder without definitions says how to begin', async () => {
  const error = await findDefinitions('/').catch((thrown: unknown) => thrown)
  assert.instance(error, FlightError)
  assert.is((error as FlightError).exit, 5)
})

test.run()
