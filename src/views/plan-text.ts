import { isEmpty, oldFormat, type Plan } from '../model/plan.ts'
import { onOneLine } from '../model/printable.ts'
import { entryLines } from './entry-text.ts'
import { type GroupView, groupViews } from './group-view.ts'
import { inColorOf, type Paint, paintFor } from './paint.ts'
import { type SummaryLine, summaryLines, titleOf } from './plan-summary.ts'
import { leftoversOf, otherNotes } from './remarks.ts'
import { leftoverLines, noteLines } from './remarks-text.ts'
import { names, sorted } from '../model/words.ts'
import { shortDigest } from './words.ts'
import { wrap } from './wrap.ts'

export type PlanTextOptions = {
  color: boolean
  width: number
  full?: boolean // every line of every file and every package
  file?: string | undefined // where the plan lies: says what to type next
}

function summary(lines: readonly SummaryLine[], width: number, paint: Paint): string[] {
  return lines.flatMap(({ symbol, text, hint }) => [
    ...wrap(text, width, `  ${symbol} `).map((line) => inColorOf(symbol, line, paint)),
    ...(hint === undefined ? [] : wrap(hint, width, '    way out: ')),
  ])
}

function groupLines(group: GroupView, options: PlanTextOptions, paint: Paint): string[] {
  return [
    ...wrap(group.title, options.width, '').map((line) => paint.bold(line)),
    ...wrap(group.about, options.width, '  ').map((line) => paint.dim(line)),
    ...group.notes.flatMap((note) => wrap(note, options.width, '  note: ')),
    ...group.entries.flatMap((entry) => entryLines(entry, options, paint)),
    '',
  ]
}

function leftOut(plan: Plan): string[] {
  const servers = sorted([...plan.missing, ...plan.blocked].map(({ server }) => server))
  return servers.length === 0 ? [] : [`Not in this plan, see above: ${names(servers, 8)}.`]
}

function next(plan: Plan, file: string | undefined): string[] {
  if (isEmpty(plan)) return []
  const digest = `Plan ${shortDigest(plan.digest)}`
  const old = oldFormat(plan)
  if (old !== undefined) return [`${digest}. ${old}`]
  return file === undefined ? [digest] : [`${digest}. To do exactly this:`, `  flight apply ${onOneLine(file)}`]
}

// A plan as a person reads it before production changes: what
// it comes to, then server by server, then what to type next.
export function planText(plan: Plan, options: PlanTextOptions): string {
  const paint = paintFor(options.color)
  const stages = groupViews(plan, options.full === true)
  const several = stages.length > 1
  const body = stages.flatMap(({ stage, why, groups }, index) => [
    ...(several && groups.length > 0
      ? [
          paint.bold(`== Stage ${index + 1} of ${stages.length}: ${onOneLine(stage.name)}`),
          ...(why === undefined ? [] : wrap(why, options.width, '   ').map((line) => paint.dim(line))),
          '',
        ]
      : []),
    ...groups.flatMap((group) => groupLines(group, options, paint)),
  ])
  const title = wrap(`Plan ${shortDigest(plan.digest)}${titleOf(plan)}`, options.width, '')
  return [
    ...title.map((line) => paint.bold(line)),
    '',
    ...summary(summaryLines(plan), options.width, paint),
    '',
    ...body,
    ...noteLines(otherNotes(plan), options.width, paint),
    ...leftoverLines(leftoversOf(plan.servers), options.width, paint),
    ...leftOut(plan)
      .flatMap((line) => wrap(line, options.width, ''))
      .map((line) => inColorOf('!', line, paint)),
    ...next(plan, options.file),
    '',
  ].join('\n')
}
