import { kindOf } from '../kinds/kinds.ts'
import type { Action, Verb } from '../model/action.ts'
import { onOneLine } from '../model/printable.ts'
import { type BodyLine, linesOfText } from './file-change.ts'

export type Symbol = '+' | '~' | '-' | '*' | '>' | '!'

export type ActionView = {
  symbol: Symbol
  verb: string
  noun: string
  name: string
  feature: string
  facts: string[]
  because: string[]
  loud: string[] // facts that nobody may overlook
  body: BodyLine[]
}

const SYMBOLS: Record<Verb, Symbol> = {
  create: '+',
  install: '+',
  start: '+',
  update: '~',
  retire: '-',
  prune: '-',
  reload: '*',
  run: '>',
  check: '>',
  prepare: '>',
  switch: '~',
  confirm: '>',
  note: '>',
}

// The sign that stands for a verb, so that nothing depends on a colour: + new, ~ changed, - retired, * reloaded,
// > done once.
export function symbolOf(verb: Verb): Symbol {
  return SYMBOLS[verb]
}

// Said of every file that is somebody else's work.
const FOREIGN = 'not written by Flight: what it holds now will be kept in /var/lib/flight/kept'

// One action as a reader sees it, whatever shows it.
export function actionView(action: Action): ActionView {
  const { noun, name, facts, isForeign = false, text = { is: '' } } = kindOf(action.kind).said(action)
  const lines = linesOfText(text)
  return {
    symbol: symbolOf(action.verb),
    verb: action.verb,
    noun,
    name: onOneLine(name),
    feature: onOneLine(action.feature),
    facts: [...facts, ...lines.facts].map(onOneLine),
    loud: isForeign ? [FOREIGN] : [],
    because: action.because.map((reason) => onOneLine(reason.text)),
    body: lines.body,
  }
}
