import type { FactQuery, Facts, PushFact } from '../model/fact.ts'

export function pushQuery(app: string): Extract<FactQuery, { fact: 'pushes' }> {
  return { fact: 'pushes', app, previous: false }
}

// What root noted of a push; undefined before it has begun.
export function pushIn(facts: Facts, app: string, push: string): PushFact | undefined {
  return facts.get(pushQuery(app)).pushes.find(({ id }) => id === push)
}

// Whether what was pushed lies there.
export function isWritten(facts: Facts, app: string, push: string): boolean {
  const found = pushIn(facts, app, push)
  return found?.armed === true || found?.confirmed === true
}
