import { placeOf } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import { cleanOfEscapes } from '../model/printable.ts'
import { type DriftedServer, driftOf } from './drift.ts'
import { withoutServer } from './words.ts'

// Text as XML 1.0 takes it: nothing of markup, none of the characters that it does not know at all.
export function xml(text: string): string {
  return cleanOfEscapes(text)
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;')
    .replace(/\n/g, '&#10;')
    .replace(/\t/g, '&#9;')
}

function testcase(server: string, name: string, result: string): string {
  return `    <testcase classname="${xml(server)}" name="${xml(name)}"${result === '' ? '/>' : `>${result}</testcase>`}`
}

function suite(report: DriftedServer): string {
  const errors = report.problems.map((problem) =>
    testcase(
      report.name,
      placeOf(problem) === '' ? report.state : withoutServer(problem.address ?? problem.where, report.name),
      `<error type="${problem.code}" message="${xml(problem.what)}">${xml(problem.hint ?? '')}</error>`,
    ),
  )
  const failures = report.drift.map(({ address, feature, verb, because }) =>
    testcase(
      report.name,
      withoutServer(address, report.name),
      `<failure type="drift" ` +
        `message="${xml(because.join(', '))}">${xml(`${feature}: an apply would ${verb} it`)}</failure>`,
    ),
  )
  const inOrder =
    report.state === 'in order' ? [testcase(report.name, `${report.resources} resources are as defined`, '')] : []
  const cases = [...errors, ...failures, ...inOrder]
  const counts = `tests="${cases.length}" failures="${failures.length}" errors="${errors.length}" skipped="0"`
  return [`  <testsuite name="${xml(report.name)}" ${counts}>`, ...cases, '  </testsuite>'].join('\n')
}

// What drifted as JUnit: a suite a server, a failure for each
// resource that drifted, an error for what could not be asked.
export function driftJunit(plan: Plan): string {
  const { servers } = driftOf(plan)
  const failures = servers.reduce((sum, { drift }) => sum + drift.length, 0)
  const errors = servers.reduce((sum, { problems }) => sum + problems.length, 0)
  const quiet = servers.filter(({ state }) => state === 'in order').length
  const counts = `tests="${failures + errors + quiet}" failures="${failures}" errors="${errors}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="flight drift" ${counts}>`,
    ...servers.map(suite),
    '</testsuites>',
    '',
  ].join('\n')
}
