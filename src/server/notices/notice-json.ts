import type { FleetServer } from '../../model/fleet.ts'
import { briefly } from '../../model/printable.ts'
import type { Occasion } from '../../model/serve-settings.ts'
import { commitOf, sentenceOf } from './notice-words.ts'
import { idOf, type Occurrence } from './occurrence.ts'

const MOST = 20

type ToldProblem = { code: string; where: string; what: string; hint: string | null }
type ToldRequest = {
  id: number
  app: string
  does: 'release' | 'rollback'
  state: string
  by: string
  commit: string | null
  ref: string | null
  subject: string | null
  release: string | null
  servers: readonly string[]
  asked: string
  began: string | null
  ended: string | null
  exit: number | null
  said: string | null
  problems: readonly ToldProblem[]
}
type ToldDrift = {
  at: string
  outcome: 'drift' | 'incomplete'
  servers: readonly { name: string; cluster: string; state: FleetServer['state']; drifted: number }[]
  more: number
}

// What receivers of the format `json` get (docs/serve.md). Fields
// are added, never changed: `format` counts what breaks that.
export type JsonNotice = {
  format: 1
  id: string
  occasion: Occasion
  text: string
  link: string | null
  request: ToldRequest | null
  drift: ToldDrift | null
}

export function jsonNotice(told: Occurrence): JsonNotice {
  const { occasion, link = null } = told
  const both = { format: 1, id: idOf(told), occasion, text: briefly(sentenceOf(told)), link } as const
  return told.occasion === 'drift'
    ? { ...both, request: null, drift: driftIn(told) }
    : { ...both, request: requestIn(told), drift: null }
}

function requestIn(told: Exclude<Occurrence, { occasion: 'drift' }>): ToldRequest {
  const { request, planned } = told
  const { id, app, state, wish, by, release, asked, began, ended, end } = request
  return {
    id,
    app,
    does: wish.does,
    state,
    by: briefly(by),
    commit: commitOf(told) ?? null,
    ref: wish.does === 'release' && wish.ref !== null ? briefly(wish.ref) : null,
    subject: planned === undefined ? null : briefly(planned.subject),
    release: release ?? planned?.release ?? null,
    servers: planned?.servers ?? [],
    asked,
    began,
    ended,
    exit: end?.exit ?? null,
    said: end === null ? null : briefly(end.said),
    problems: (end?.problems ?? []).slice(0, MOST).map(({ code, where, what, hint }) => ({
      code,
      where: briefly(where),
      what: briefly(what),
      hint: hint === undefined ? null : briefly(hint),
    })),
  }
}

function driftIn({ at, servers }: Extract<Occurrence, { occasion: 'drift' }>): ToldDrift {
  const out = servers.filter(({ state }) => state !== 'in order')
  const shown = out
    .slice(0, MOST * 10)
    .map(({ name, cluster, state, drift }) => ({ name, cluster, state, drifted: drift.length }))
  return {
    at,
    outcome: servers.some(({ state }) => state === 'not asked') ? 'incomplete' : 'drift',
    servers: shown,
    more: out.length - shown.length,
  }
}
