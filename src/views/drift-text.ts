import type { Plan } from '../model/plan.ts'
import { onOneLine } from '../model/printable.ts'
import { type Drift, type DriftedServer, driftGroups, driftOf, driftTally, driftTitle } from './drift.ts'
import { paintFor, type Paint } from './paint.ts'
import { leftoversOf } from './remarks.ts'
import { leftoverLines } from './remarks-text.ts'
import { count, names } from '../model/words.ts'
import { withoutServer } from './words.ts'
import { wrap } from './wrap.ts'

function group(servers: readonly DriftedServer[], width: number, paint: Paint): string[] {
  const [report] = servers
  if (report === undefined) return []
  return [
    '',
    ...wrap(driftTitle(servers), width, '! ').map((line) => paint.bold(line)),
    ...report.problems.flatMap((problem) => [
      ...wrap(`${problem.what} (${problem.code})`, width, '    '),
      ...(problem.hint === undefined ? [] : wrap(problem.hint, width, '    way out: ')),
    ]),
    ...report.drift.flatMap((resource) =>
      wrap(
        `${withoutServer(resource.address, report.name)} (${resource.feature}): ${because(resource.because)}`,
        width,
        '  ~ ',
      ),
    ),
  ]
}

function because(reasons: readonly string[]): string {
  return reasons.length === 0 ? 'it is not as defined' : reasons.map(onOneLine).join(', ')
}

function inOrder(drift: Drift): string {
  const quiet = drift.servers.filter(({ state }) => state === 'in order')
  const resources = quiet.reduce((sum, report) => sum + report.resources, 0)
  if (quiet.length === 0) return ''
  return `In order: ${names(
    quiet.map(({ name }) => name),
    8,
  )} (${count(resources, 'resource')} are as defined)`
}

// What drifted, server by server; nothing was changed.
export function driftText(plan: Plan, options: { color: boolean; width: number }): string {
  const paint = paintFor(options.color)
  const drift = driftOf(plan)
  const title = drift.outcome === 'none' ? 'No drift' : drift.outcome === 'drift' ? 'Drift' : 'Incomplete'
  const quiet = inOrder(drift)
  const left = leftoverLines(leftoversOf(drift.servers), options.width, paint)
  return [
    paint.bold(`${title} on ${count(drift.servers.length, 'server')}: ${driftTally(drift)}`),
    ...driftGroups(drift).flatMap((servers) => group(servers, options.width, paint)),
    ...(quiet === '' ? [] : ['', ...wrap(quiet, options.width, '')]),
    ...(left.length === 0 ? [] : ['', ...left.slice(0, -1)]),
    ...(drift.servers.some(({ state }) => state === 'drifted')
      ? ['', 'What an apply would do about it, with diffs: flight plan']
      : []),
    '',
  ].join('\n')
}
