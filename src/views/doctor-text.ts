import { onOneLine } from '../model/printable.ts'
import { paintFor } from './paint.ts'
import type { TableOptions } from './table.ts'
import { count } from '../model/words.ts'
import { wrap } from './wrap.ts'

// One thing that was looked at: is it as needed, and what to do where it is not.
export type DoctorRow = { where: string; check: string; ok: boolean; found: string; hint?: string }

// Whether everything is there that is needed: what is not comes last, with the way out, where the eye is.
export function doctorText(rows: readonly DoctorRow[], options: TableOptions): string {
  const paint = paintFor(options.color)
  const bad = rows.filter(({ ok }) => !ok)
  const line = ({ where, check, found }: DoctorRow): string =>
    `${where === '' ? '' : `${where}: `}${onOneLine(check)}: ${onOneLine(found)}`
  const verdict =
    bad.length === 0
      ? `All ${count(rows.length, 'check')} passed.`
      : `${bad.length} of ${count(rows.length, 'check')} failed.`
  return [
    ...rows
      .filter(({ ok }) => ok)
      .flatMap((row) =>
        wrap(line(row), options.width, 'ok    ').map((text) => paint.green(text.slice(0, 6)) + text.slice(6)),
      ),
    ...bad.flatMap((row) => [
      ...wrap(line(row), options.width, 'FAIL  ').map((text) => paint.red(text)),
      ...(row.hint === undefined ? [] : wrap(row.hint, options.width, '      way out: ')),
    ]),
    paint.bold(verdict),
  ].join('\n')
}
