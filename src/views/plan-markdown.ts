import { kindOf } from '../kinds/kinds.ts'
import type { Action } from '../model/action.ts'
import { isEmpty, oldFormat, type Plan } from '../model/plan.ts'
import { bounded, type BoundedPart } from './bounded.ts'
import { entryMarkdown } from './entry-markdown.ts'
import { type GroupView, groupViews } from './group-view.ts'
import { cell, code, htmlText, prose } from './markdown.ts'
import { actionsOf, isInstall } from './plan-groups.ts'
import { leftoversOf, otherNotes } from './remarks.ts'
import { leftoverParts, noteParts } from './remarks-markdown.ts'
import { type SummaryLine, summaryLines, titleOf } from './plan-summary.ts'
import { count, sorted } from '../model/words.ts'

const MOST_ROWS = 100
const MOST_LINE = 1500
const MOST_TITLE = 400
const MOST_NAME = 100
const MOST_SUMMARY = 60
const MOST_SUMMARY_CHARACTERS = 20_000

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

function summaryItem({ symbol, text, hint }: SummaryLine): string {
  const line = prose(shortened(text, MOST_LINE))
  const way = hint === undefined ? '' : ` Way out: ${prose(shortened(hint, MOST_LINE))}`
  if (symbol === ' ') return `- ${line}${way}`
  return symbol === '!' ? `- **! ${line}**${way}` : `- ${code(symbol)} ${line}${way}`
}

// A row for each server with something to say; the quiet ones are one line of the summary.
function table(plan: Plan): string {
  const missing = new Set(plan.missing.map(({ server }) => server))
  const blocked = new Set(plan.blocked.map(({ server }) => server))
  const all = sorted([...plan.servers.map(({ name }) => name), ...missing])
  const rows = all.flatMap((name) => {
    const actions = actionsOf(plan, name)
    const of = (isCounted: (action: Action) => boolean) => String(actions.filter(isCounted).length || '')
    const state = missing.has(name)
      ? '**could not be asked**'
      : blocked.has(name)
        ? '**blocked**'
        : actions.length === 0
          ? ''
          : count(actions.length, 'action')
    if (state === '') return []
    const files = of(({ kind }) => kindOf(kind).counted?.isFile === true)
    const reloads = of(({ kind, verb }) => kindOf(kind).loads !== undefined && verb === 'reload')
    return [`| ${cell(shortened(name, MOST_NAME))} | ${state} | ${of(isInstall)} | ${files} | ${reloads} |`]
  })
  if (rows.length === 0) return ''
  const shown = rows.slice(0, MOST_ROWS)
  const more = rows.length === shown.length ? [] : [`| and ${rows.length - shown.length} more | | | | |`]
  return ['', '| server | | packages | files | reloads |', '|---|---|---:|---:|---:|', ...shown, ...more].join('\n')
}

function part(group: GroupView, stage: string, why: string | undefined): BoundedPart {
  const title = shortened(`${stage}${group.title}`, MOST_TITLE)
  const notes = group.notes.map((note) => `- note: ${prose(note)}`)
  const inner = [
    ...(why === undefined ? [] : [`${prose(why)}.`, '']),
    prose(group.about),
    '',
    ...notes,
    ...group.entries.map(entryMarkdown),
  ].join('\n')
  return {
    text: `<details><summary>${htmlText(title)}</summary>\n\n${inner}\n\n</details>\n`,
    instead: `- ${prose(title)}: left out here for its length\n`,
  }
}

// A plan for a pull request: what it comes to, a row a server, and behind a fold what is done, as diffs. Whatever a
// server or a file contains stays inside its place, and the whole fits into a comment.
export function planMarkdown(plan: Plan): string {
  const stages = groupViews(plan, false)
  const parts = stages.flatMap(({ stage, why, groups }, index) => {
    const name = stages.length > 1 ? `Stage ${index + 1} of ${stages.length}, ${stage.name}: ` : ''
    return groups.map((group) => part(group, name, stages.length > 1 ? why : undefined))
  })
  const remarks = [...noteParts(otherNotes(plan)), ...leftoverParts(leftoversOf(plan.servers))]
  const lines = summaryLines(plan)
  const items = lines.slice(0, MOST_SUMMARY).map(summaryItem)
  const more = lines.length > MOST_SUMMARY ? [`- and ${count(lines.length - MOST_SUMMARY, 'line')} more`] : []
  const head = [
    `### Flight plan ${prose(shortened(titleOf(plan), MOST_TITLE))}`,
    '',
    ...shorten(items),
    ...more,
    table(plan),
    '',
  ].join('\n')
  const old = oldFormat(plan)
  const foot = isEmpty(plan)
    ? `Digest ${code(plan.digest)}\n`
    : old !== undefined
      ? `Digest ${code(plan.digest)}. ${prose(old)}\n`
      : `Digest ${code(plan.digest)}. To do exactly this: \`flight apply\` with the plan file of this digest.\n`
  const left = (number: number): string =>
    `**Cut here: ${count(number, 'part')} of this plan left out. \`flight show\` shows all of it.**\n`
  return bounded(head, [...parts, ...remarks], foot, left)
}

// The items as far as they fit, the rest counted.
function shorten(items: readonly string[]): string[] {
  const kept: string[] = []
  let size = 0
  for (const item of items) {
    size += item.length
    if (size > MOST_SUMMARY_CHARACTERS)
      return [...kept, `- and ${count(items.length - kept.length, 'line')} more, left out here`]
    kept.push(item)
  }
  return kept
}
