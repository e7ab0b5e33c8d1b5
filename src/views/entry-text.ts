import type { ActionView, Symbol } from './action-view.ts'
import type { BodyLine } from './file-change.ts'
import type { GroupEntry } from './group-view.ts'
import { byVersion, type PackageView, type Version } from './package-view.ts'
import { inColorOf, type Paint } from './paint.ts'
import { count } from '../model/words.ts'
import { cutLine, wrap } from './wrap.ts'

type Options = { width: number; full?: boolean }

const MOST_CONTENT = 24
const MOST_DIFF = 120
const MOST_PACKAGES = 18
const MOST_CHARACTERS = 400
const ALL = 'flight show --full shows them'

// The lines of a file, indented, long ones cut with a count.
export function bodyLines(body: readonly BodyLine[], options: Options, paint: Paint): string[] {
  const isDiff = body.some(({ sign }) => sign === '@')
  const most = options.full === true ? body.length : isDiff ? MOST_DIFF : MOST_CONTENT
  const shown = body.length <= most + 2 ? body : body.slice(0, most)
  const lines = shown.map(({ sign, text }) => {
    const cut = options.full === true ? text : cutLine(text, MOST_CHARACTERS)
    if (sign === '@') return paint.cyan(`      ${cut}`)
    const line = `      ${sign === '|' ? '| ' : sign}${cut}`.trimEnd()
    return sign === '+' || sign === '-' ? inColorOf(sign, line, paint) : line
  })
  const left = body.length - shown.length
  return left === 0 ? lines : [...lines, paint.dim(`      … ${count(left, 'more line')}; ${ALL}`)]
}

function packageLines(view: PackageView, options: Options, paint: Paint): string[] {
  const wide = Math.min(24, Math.max(...view.wanted.map(({ feature }) => feature.length)))
  const cut = (list: Version[]): string => {
    if (options.full === true || list.length <= MOST_PACKAGES + 2) return byVersion(list).join(', ')
    return `${byVersion(list.slice(0, MOST_PACKAGES)).join(', ')} … and ${list.length - MOST_PACKAGES} more; ${ALL}`
  }
  return [
    ...wrap(view.title, options.width, '  + ').map((line) => inColorOf('+', line, paint)),
    ...view.loud.flatMap((line) => wrap(line, options.width, '    ! ')).map((line) => inColorOf('!', line, paint)),
    ...view.notes.flatMap((line) => wrap(line, options.width, '      ')),
    ...view.wanted.flatMap(({ feature, packages }) =>
      wrap(cut(packages), options.width, `      ${feature.padEnd(wide)}  `),
    ),
    ...(view.needed.length === 0
      ? []
      : wrap(cut(view.needed), options.width, `      ${'needed'.padEnd(wide)}  `).map((line) => paint.dim(line))),
  ]
}

function actionLines(view: ActionView, options: Options, paint: Paint): string[] {
  const symbol: Symbol = view.symbol
  const said = [...view.facts, ...(view.because.length === 0 ? [] : [`because ${view.because.join(', ')}`])]
  const title = `${view.verb} ${view.noun} ${view.name} (${view.feature})`
  return [
    ...wrap(title, options.width, `  ${symbol} `).map((line) => inColorOf(symbol, line, paint)),
    ...view.loud.flatMap((fact) => wrap(fact, options.width, '    ! ')).map((line) => inColorOf('!', line, paint)),
    ...(said.length === 0 ? [] : wrap(said.join('; '), options.width, '      ').map((line) => paint.dim(line))),
    ...bodyLines(view.body, options, paint),
  ]
}

// One entry of a group's list.
export function entryLines(entry: GroupEntry, options: Options, paint: Paint): string[] {
  switch (entry.is) {
    case 'packages':
      return packageLines(entry.view, options, paint)
    case 'action':
      return actionLines(entry.view, options, paint)
    case 'as':
      return wrap(`as on ${entry.group}: ${entry.actions.join('; ')}`, options.width, '    ', 6)
  }
}
