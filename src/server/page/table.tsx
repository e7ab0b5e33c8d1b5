import type { Html, Piece } from './jsx-runtime.ts'

// `self`: says what it is without its head.
export type Column = { head: string; kind?: 'number' | 'main' | 'self' }

// A table that is a list of cards on a narrow screen. The roles
// keep it a table for those who hear it, whatever it looks like.
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly { key: string; cells: readonly Piece[] }[],
): Html {
  return (
    <table role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, kind = '' }) => (
            <th role="columnheader" scope="col" class={kind}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells }) => (
          <tr role="row" data-key={key}>
            {columns.map(({ head, kind = '' }, index) => (
              <td role="cell" class={kind} data-head={head}>
                <span>{cells[index]}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
