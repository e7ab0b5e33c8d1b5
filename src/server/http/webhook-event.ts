import type { ServedApp } from '../../model/desk.ts'

// What a verified event means for an app: a commit to release, or why nothing is done.
export type Meaning = { is: 'release'; commit: string } | { is: 'nothing'; why: string }

// Part of what a provider sent. Nothing of it is believed before it is looked at.
export type Payload = { readonly [key: string]: unknown }

export function part(payload: Payload, key: string): Payload {
  const value = Object.hasOwn(payload, key) ? payload[key] : undefined
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : {}
}

export function nothing(why: string): Meaning {
  return { is: 'nothing', why }
}

// A commit that is one; a branch that was deleted says 000….
export function releaseOf(commit: unknown): Meaning {
  return typeof commit === 'string' && /^[0-9a-f]{40}$/.test(commit) && !/^0+$/.test(commit)
    ? { is: 'release', commit }
    : nothing('The event names no commit.')
}

export type WebhookApp = Pick<ServedApp, 'name' | 'repo' | 'releaseOn'>

export const NOT_ITS_REPOSITORY = 'This is not the repository of the app.'
export const NEVER = 'The definition of the app does not say which event releases it.'
