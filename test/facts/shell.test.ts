import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { probeOf } from '../../src/engine/host/probe.ts'
import { FACT_SORTS } from '../../src/facts/sorts.ts'
import type { FactName, FactQuery } from '../../src/model/fact.ts'
import { MARKS, someQueries } from './queries.ts'

function refuseBadSyntax(script: string): void {
  const { status, stderr } = spawnSync('/bin/sh', ['-n'], { input: script, encoding: 'utf8' })
  assert.is(status, 0, stderr)
}

test('every sort of fact is among those that are asked', () => {
  assert.equal([...new Set(someQueries('/x').map(({ fact }) => fact))].sort(), Object.keys(FACT_SORTS).sort())
})

test('the shell of every fact is shell, for every mark and claim', () => {
  for (const mark of MARKS)
    refuseBadSyntax(
      probeOf([
        ...someQueries('/etc/a'),
        { fact: 'service', unit: 'x.service', configuration: ['/etc/a', '/etc/b'], mark },
      ]).script,
    )
})

test('each sort alone is shell as well', () => {
  for (const fact of new Set(someQueries('/x').map((query) => query.fact)))
    refuseBadSyntax(probeOf(someQueries('/x').filter((query) => query.fact === fact)).script)
})

test('names that look like shell stay names', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: 'binary' }).filter((text) => !/[\n\0]/.test(text) && Buffer.from(text).toString() === text),
        { minLength: 1, maxLength: 30 },
      ),
      (names) => {
        refuseBadSyntax(probeOf(names.flatMap((name) => someQueries(`/${name}`))).script)
      },
    ),
    { numRuns: 20 },
  )
})

test('a name of two lines is refused before it reaches a shell', () => {
  const sorts: FactName[] = ['file', 'package', 'key']
  for (const fact of sorts)
    assert.throws(() => probeOf(someQueries('/a\nreboot').filter((query: FactQuery) => query.fact === fact)), /newline/)
})

test('the same question is asked once, and the marks between answers differ from probe to probe', () => {
  const query: FactQuery = { fact: 'user', name: 'ada' }
  const [one, two] = [probeOf([query, query]).script, probeOf([query]).script]
  assert.is(one.length, two.length)
  assert.is.not(one, two)
})

test.run()
