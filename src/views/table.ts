import Table from 'cli-table3'
import { onOneLine } from '../model/printable.ts'
import { wrap } from './wrap.ts'
import { type Paint, paintFor } from './paint.ts'

export type TableOptions = { color: boolean; width: number }

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
)
const NARROWEST = 8

// Widths that fit: the widest column gives way first.
function widthsFor(head: readonly string[], rows: readonly (readonly string[])[], width: number): number[] | undefined {
  const widths = head.map((title, index) => 2 + Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)))
  let over = widths.reduce((sum, each) => sum + each, 0) - width
  while (over > 0) {
    const widest = Math.max(...widths)
    if (widest <= NARROWEST) return undefined
    const at = widths.indexOf(widest)
    widths[at] = widest - 1
    over--
  }
  return widths
}

// A cell on several lines, broken between words; a word that is wider than its column is broken, too.
function folded(cell: string, width: number): string {
  // A column without a title in which nothing stands has no width.
  if (cell === '') return ''
  return wrap(cell, width, '')
    .flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [''])
    .join('\n')
}

// Where a table would be too narrow to read: each row as a block of `title: cell`.
function blocks(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const wide = Math.max(...head.map((title) => title.length))
  return rows
    .map((row) =>
      head
        .flatMap((title, index) =>
          row[index] === ''
            ? []
            : [title === '' ? (row[index] ?? '') : `${paint.bold(title.padEnd(wide))}  ${row[index] ?? ''}`],
        )
        .join('\n'),
    )
    .join('\n\n')
}

// Rows below a head, without lines, in at most `width` characters.
// Every cell is shown whole, on several lines if need be.
export function tableText(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const paint = paintFor(options.color)
  const rows = cells.map((row) => row.map(onOneLine))
  const colWidths = widthsFor(head, rows, options.width)
  const readable =
    colWidths !== undefined &&
    (options.width >= 60 || !rows.some((row) => row.some((cell, index) => cell.length + 2 > (colWidths[index] ?? 0))))
  if (!readable) return blocks(head, rows, paint)
  const table = new Table({
    head: head.map((title) => paint.bold(title)),
    colWidths,
    chars: { ...NO_LINES, middle: '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
  })
  table.push(...rows.map((row) => row.map((cell, index) => folded(cell, (colWidths[index] ?? 2) - 2))))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
