import type { Plan } from '../model/plan.ts'
import { bounded, type BoundedPart } from './bounded.ts'
import { type DriftedServer, driftGroups, driftOf, driftTally, driftTitle } from './drift.ts'
import { code, htmlText, prose } from './markdown.ts'
import { leftoversOf } from './remarks.ts'
import { leftoverParts } from './remarks-markdown.ts'
import { count } from '../model/words.ts'
import { withoutServer } from './words.ts'

function part(servers: readonly DriftedServer[]): BoundedPart[] {
  const [report] = servers
  if (report === undefined) return []
  const problems = report.problems.map(
    ({ code: name, what, hint }) =>
      `- ${prose(what)} (${code(name)})${hint === undefined ? '' : ` Way out: ${prose(hint)}`}`,
  )
  const drift = report.drift.map(
    ({ address, feature, because }) =>
      `- ${code(withoutServer(address, report.name))} (${prose(feature)}): ${prose(because.join(', '))}`,
  )
  const title = driftTitle(servers)
  const text = `<details><summary>${htmlText(title)}</summary>\n\n${[...problems, ...drift].join('\n')}\n\n</details>\n`
  return [{ text, instead: `- ${prose(title)}\n` }]
}

// What drifted, for an issue or a comment.
export function driftMarkdown(plan: Plan): string {
  const drift = driftOf(plan)
  const title = drift.outcome === 'none' ? 'No drift' : drift.outcome === 'drift' ? 'Drift' : 'Drift, incomplete'
  const head = `### ${title} on ${count(drift.servers.length, 'server')}\n\n${driftTally(drift)}\n`
  const parts = [...driftGroups(drift).flatMap(part), ...leftoverParts(leftoversOf(drift.servers))]
  return bounded(
    head,
    parts,
    '',
    (number) => `**Cut here: ${count(number, 'part')} left out. \`flight drift\` shows all of it.**\n`,
  )
}
