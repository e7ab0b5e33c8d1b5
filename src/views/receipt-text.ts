import { wordsOf } from '../engine/undertakings/registry.ts'
import type { Receipt, ReceiptAction, ReceiptServer } from '../model/receipt.ts'
import { onOneLine } from '../model/printable.ts'
import { type Paint, paintFor } from './paint.ts'
import { problemsText } from './problems-text.ts'
import { count, names } from '../model/words.ts'
import { duration, shortDigest, withoutServer } from './words.ts'
import { wrap } from './wrap.ts'

// file: where the receipt lies
export type ReceiptTextOptions = { color: boolean; width: number; file?: string | undefined }

const TITLES = { done: 'Done', failed: 'Failed', interrupted: 'Interrupted' } as const
const MOST_NOT_BEGUN = 12
const MOST_TOGETHER = 4

function of(actions: readonly ReceiptAction[], outcome: ReceiptAction['outcome']): ReceiptAction[] {
  return actions.filter((action) => action.outcome === outcome)
}

// done 12 of 14, 1 failed, 1 not begun
function tally(actions: readonly ReceiptAction[]): string {
  if (actions.length === 0) return 'nothing to do'
  const already = of(actions, 'already').length
  const parts = [
    `${of(actions, 'done').length} of ${count(actions.length, 'action')} done`,
    ...(already === 0 ? [] : [`${already} already so`]),
    ...(['failed', 'not begun'] as const).flatMap((outcome) => {
      const number = of(actions, outcome).length
      return number === 0 ? [] : [`${number} ${outcome}`]
    }),
  ]
  return parts.join(', ')
}

function titleOf(receipt: Receipt): string {
  return receipt.outcome === 'went back' ? wordsOf(receipt).takenBack : TITLES[receipt.outcome]
}

// What failed as one: the packages of one apt transaction share one error.
function together(actions: readonly ReceiptAction[]): [ReceiptAction, ...ReceiptAction[]][] {
  const groups: [ReceiptAction, ...ReceiptAction[]][] = []
  for (const action of actions) {
    const last = groups.at(-1)
    if (last !== undefined && action.error !== undefined && last[0].error === action.error) last.push(action)
    else groups.push([action])
  }
  return groups
}

function stateOf({ outcome, converged }: ReceiptServer): string {
  return outcome === 'done' && !converged ? 'NOT AS PLANNED' : outcome
}

type Columns = { wide: number; states: number; width: number }

function server(entry: ReceiptServer, { wide, states, width }: Columns, paint: Paint): string[] {
  const whole = entry.outcome === 'done' && entry.converged
  const what = `${tally(entry.actions)}, ${duration(entry.seconds)}`
  const first = wrap(
    what,
    width,
    `${whole ? '  ' : '! '}${onOneLine(entry.name).padEnd(wide)}  ${stateOf(entry).padEnd(states)}  `,
  )
  const lines = first.map((line) => (whole ? line : paint.red(line)))
  if (whole) return lines
  const place = (action: ReceiptAction): string => `${action.verb} ${withoutServer(action.address, entry.name)}`
  const failed = together(of(entry.actions, 'failed')).flatMap(([first, ...others]) => [
    ...wrap(
      `stopped at: ${names([first, ...others].map(place), MOST_TOGETHER)} (${first.feature}), ` +
        duration(first.seconds),
      width,
      '      ',
    ),
    ...(first.error === undefined ? [] : wrap(first.error, width, '        ')),
  ])
  const open = of(entry.actions, 'not begun').map(place)
  return [
    ...lines,
    ...failed,
    ...(open.length === 0 ? [] : wrap(`not begun: ${names(open, MOST_NOT_BEGUN)}`, width, '      ')),
  ]
}

function next(receipt: Receipt): string[] {
  if (receipt.outcome === 'interrupted')
    return ['Run the same command again: it goes on where it stopped, and does nothing twice.']
  const way = wordsOf(receipt).next(receipt.outcome)
  if (way !== undefined) return [way]
  if (receipt.outcome === 'failed')
    return ['Once the cause is gone, run the same command again: it goes on where it stopped, and does nothing twice.']
  const away = receipt.servers.filter(({ outcome }) => outcome === 'unreachable')
  if (away.length > 0)
    return [
      `Run the same command again once ${names(
        away.map(({ name }) => name),
        6,
      )} can be reached.`,
    ]
  return []
}

// What an apply did and what it did not, server by server, and what to type next.
export function receiptText(receipt: Receipt, options: ReceiptTextOptions): string {
  const paint = paintFor(options.color)
  const { width } = options
  const all = receipt.servers.flatMap(({ actions }) => actions)
  const done = receipt.servers.filter(({ outcome, converged }) => outcome === 'done' && converged).length
  const on =
    done === receipt.servers.length ? count(done, 'server') : `${done} of ${count(receipt.servers.length, 'server')}`
  const title =
    `${titleOf(receipt)}: plan ${shortDigest(receipt.plan)} on ${on}, ${tally(all)}, in ` + duration(receipt.seconds)
  const wide = Math.min(30, Math.max(0, ...receipt.servers.map(({ name }) => name.length)))
  const states = Math.max(0, ...receipt.servers.map((entry) => stateOf(entry).length))
  const problems =
    receipt.problems.length === 0 ? [] : ['', problemsText(receipt.problems, { color: options.color, width })]
  return [
    ...wrap(title, width, '').map((line) => paint.bold(line)),
    ...(receipt.servers.length === 0 ? [] : ['']),
    ...receipt.servers.flatMap((entry) => server(entry, { wide, states, width }, paint)),
    ...problems,
    '',
    ...wrap(`By ${receipt.who} from ${receipt.from}, ${receipt.began} to ${receipt.ended}`, width, '').map((line) =>
      paint.dim(line),
    ),
    ...(options.file === undefined ? [] : wrap(`Receipt: ${options.file}`, width, '').map((line) => paint.dim(line))),
    ...next(receipt).flatMap((line) => wrap(line, width, '')),
    '',
  ].join('\n')
}
