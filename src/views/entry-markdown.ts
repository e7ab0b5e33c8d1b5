import type { ActionView } from './action-view.ts'
import type { BodyLine } from './file-change.ts'
import type { GroupEntry } from './group-view.ts'
import { code, fenced, prose } from './markdown.ts'
import { byVersion, type PackageView } from './package-view.ts'
import { count } from '../model/words.ts'
import { cutLine } from './wrap.ts'

const MOST_LINES = 200
const MOST_BODY = 12_000
const MOST_LINE = 400

function body(lines: readonly BodyLine[]): string {
  if (lines.length === 0) return ''
  const shown: string[] = []
  let size = 0
  for (const { sign, text } of lines) {
    const line = `${sign === '@' ? '' : sign === '|' ? '+' : sign}${cutLine(text, MOST_LINE)}`
    size += line.length + 1
    if (shown.length >= MOST_LINES || size > MOST_BODY) break
    shown.push(line)
  }
  const left = lines.length - shown.length
  const more = left === 0 ? '' : `\n\n${count(left, 'more line')}, left out here: \`flight show --full\` shows them.`
  return `\n\n${fenced(shown, 'diff')}${more}\n`
}

function action(view: ActionView): string {
  const loud = view.loud.map((fact) => ` **! ${prose(fact)}**;`).join('')
  const said = [...view.facts, ...(view.because.length === 0 ? [] : [`because ${view.because.join(', ')}`])]
  const facts = said.length === 0 ? '' : ` ${prose(said.join('; '))}`
  return (
    `- ${code(view.symbol)} **${view.verb}** ${view.noun} ${code(view.name)} ` +
    `(${prose(view.feature)}):${loud}${facts}${body(view.body)}`
  )
}

function packages(view: PackageView): string {
  return [
    `- ${code('+')} **${prose(view.title)}**`,
    ...view.loud.map((line) => `  - **! ${prose(line)}**`),
    ...view.notes.map((line) => `  - ${prose(line)}`),
    ...view.wanted.map((wanted) => `  - ${prose(wanted.feature)}: ${prose(byVersion(wanted.packages).join(', '))}`),
    ...(view.needed.length === 0 ? [] : [`  - needed by these: ${prose(byVersion(view.needed).join(', '))}`]),
  ].join('\n')
}

// One entry of a group's list; the lines of a file stand in a block of their own below it.
export function entryMarkdown(entry: GroupEntry): string {
  switch (entry.is) {
    case 'packages':
      return packages(entry.view)
    case 'action':
      return action(entry.view)
    case 'as':
      return `- as on ${prose(entry.group)}: ${entry.actions.map(code).join(', ')}`
  }
}
