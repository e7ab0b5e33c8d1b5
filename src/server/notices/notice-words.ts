import { briefly, onOneLine } from '../../model/printable.ts'
import type { FleetServer } from '../../model/fleet.ts'
import { count, names } from '../../model/words.ts'
import { duration } from '../../views/words.ts'
import type { Occurrence, Planned } from './occurrence.ts'

type Asked = Exclude<Occurrence, { occasion: 'drift' }>

// What happened, as one sentence for people.
export function sentenceOf(told: Occurrence): string {
  if (told.occasion === 'drift') return `Drift: ${driftWords(told.servers)}`
  const { app, by } = told.request
  const what = wishOf(told)
  const said = briefly(told.request.end?.said ?? '')
  const because = said === '' ? '' : `: ${said}`
  switch (told.request.state) {
    case 'succeeded':
      return told.request.wish.does === 'rollback'
        ? `${app} is back to ${what}${on(told.planned)}${after(told)}`
        : `${app}: ${what} is live${on(told.planned)}${after(told)}`
    case 'went_back':
      return `${app}: ${what} went live and was taken back${because}`
    case 'refused':
      return `${app}: ${what} was refused${because}`
    case 'failed':
      return `${app}: ${what} failed${because}`
    case 'running':
    case 'waiting':
    case 'superseded':
    case 'cancelled':
      return `${app}: ${what} begins${on(told.planned)}, asked for by ${onOneLine(by)}`
  }
}

// 1 could not be asked, 2 drifted, 47 in order.
export function driftWords(servers: readonly FleetServer[]): string {
  const words = {
    'not asked': 'could not be asked',
    blocked: 'blocked',
    drifted: 'drifted',
    'in order': 'in order',
    'not looked at': 'not looked at',
  } as const
  return Object.entries(words)
    .map(([state, said]) => [servers.filter((server) => server.state === state).length, said] as const)
    .filter(([number]) => number > 0)
    .map(([number, said]) => `${number} ${said}`)
    .join(', ')
}

// The commit as people know it.
export function commitOf({ request, planned }: Asked): string | undefined {
  return planned?.commit ?? (request.wish.does === 'release' ? request.wish.commit : undefined)
}

function wishOf(told: Asked): string {
  const { wish, release } = told.request
  if (wish.does === 'rollback') return onOneLine(release ?? told.planned?.release ?? wish.to ?? 'the release before')
  return onOneLine(commitOf(told) ?? '').slice(0, 12)
}

function on(planned: Planned | undefined): string {
  if (planned === undefined || planned.servers.length === 0) return ''
  return planned.servers.length > 3
    ? ` on ${count(planned.servers.length, 'server')}`
    : ` on ${names(planned.servers, 3)}`
}

function after({ request: { began, ended } }: Asked): string {
  return began === null || ended === null ? '' : ` after ${duration((Date.parse(ended) - Date.parse(began)) / 1000)}`
}
