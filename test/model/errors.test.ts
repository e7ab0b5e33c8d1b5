import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { causesFirst, onResource, onServer, placeOf, type ServerProblem } from '../../src/model/errors.ts'

const of = (where: ReturnType<typeof onServer>, more: Partial<ServerProblem> = {}): ServerProblem => ({
  code: 'FLIGHT_STEP_FAILED',
  what: 'the stage "configure" was not begun',
  ...where,
  ...more,
})

test('what a problem is about: a server, a place there, or one of its resources', () => {
  assert.equal(onServer('web-1'), { server: 'web-1', where: 'web-1' })
  assert.is(placeOf(of(onServer('web-1'))), '')
  assert.is(of(onServer('web-1', '/etc/a b')).where, 'web-1 /etc/a b')
  assert.is(placeOf(of(onServer('web-1', '/etc/a b'))), '/etc/a b')
  const ofFile = of(onResource('web-1', 'web-1/file//etc/a'))
  assert.equal([ofFile.server, ofFile.address, ofFile.where], ['web-1', 'web-1/file//etc/a', 'web-1/file//etc/a'])
  assert.is(placeOf(ofFile), 'web-1/file//etc/a')
})

test('what follows from a problem comes after it, whatever its sentence says; the rest keeps its order', () => {
  const cause = { server: 'web-2' }
  const found = [of(onServer('a'), { cause }), of(onServer('b')), of(onServer('c'), { cause }), of(onServer('d'))]
  assert.equal(
    causesFirst(found).map(({ server }) => server),
    ['b', 'd', 'a', 'c'],
  )
})

test.run()
