import type { Action, Verb } from '../model/action.ts'
import type { KindName } from '../model/resource.ts'
import { onOneLine } from '../model/printable.ts'
import { FOREIGN } from './file-change.ts'
import { type Detail, detailOf } from './action-facts.ts'
import { serviceTitle } from './service-effect.ts'

export type Symbol = '+' | '~' | '-' | '*' | '>' | '!'

export type ActionView = Detail & {
  symbol: Symbol
  verb: string
  noun: string
  name: string
  feature: string
  because: string[]
  loud: string[] // facts that nobody may overlook
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

const NOUNS: Record<KindName, string> = {
  'apt-source': 'package source',
  package: 'package',
  directory: 'directory',
  file: 'file',
  link: 'link',
  user: 'user',
  service: 'service',
  composer: 'composer',
  retired: 'file',
  programs: 'the', // workers of shop
  release: 'release',
  command: 'command',
  health: 'that',
  live: 'release',
  prune: 'releases',
  environment: 'environment file',
  push: 'environment file',
}

// The sign that stands for a verb, so that nothing depends on a colour: + new, ~ changed, - retired, * reloaded,
// > done once.
export function symbolOf(verb: Verb): Symbol {
  return SYMBOLS[verb]
}

function nameOf(action: Action): string {
  switch (action.kind) {
    case 'package':
    case 'user':
    case 'apt-source':
      return action.after.name
    case 'service':
      return serviceTitle(action.after)
    case 'release':
      return `${action.after.name} of ${action.after.app}`
    case 'live':
      return `${action.after.release} of ${action.after.app}`
    case 'environment':
    case 'push':
      return `of ${action.after.app}`
    case 'command':
      return action.after.command
    case 'health':
      return `${action.after.release} of ${action.after.app} answers`
    case 'prune':
      return `${action.before.releases.join(', ')} of ${action.after.app}`
    case 'programs':
      return `workers of ${action.after.app}`
    case 'directory':
    case 'file':
    case 'link':
    case 'composer':
    case 'retired':
      return action.after.path
  }
}

// One action as a reader sees it, whatever shows it.
export function actionView(action: Action): ActionView {
  const detail = detailOf(action)
  return {
    symbol: symbolOf(action.verb),
    verb: action.verb,
    noun: NOUNS[action.kind],
    name: onOneLine(nameOf(action)),
    feature: onOneLine(action.feature),
    facts: detail.facts.filter((fact) => fact !== FOREIGN).map(onOneLine),
    loud: detail.facts.filter((fact) => fact === FOREIGN),
    because: action.because.map(({ text }) => onOneLine(text)),
    body: detail.body,
  }
}
