import type { PlannedRelease } from '../../model/release.ts'

// What plans of formats 1 and 2 said in other words. It comes from a file, so nothing of it is sure.
export type OlderPlan = {
  scope: unknown
  options: { allow_upgrades?: unknown; apps?: unknown } | undefined
  releases?: unknown
}

// What such a plan was asked for, as a plan says it today; of `serial` it said nothing. It is only shown.
export function askedBefore({ scope, options, releases }: OlderPlan): unknown {
  if (Array.isArray(releases) && releases.length > 0) return { undertaking: 'release', releases: releases.map(wishOf) }
  return {
    undertaking: 'configuration',
    scope,
    apps: options?.apps,
    serial: 'half',
    allow: options?.allow_upgrades === true ? ['upgrades'] : [],
  }
}

function wishOf(release: unknown): unknown {
  const { app, does, name, commit, tree, subject, ref, without } = { ...(release as Partial<PlannedRelease>) }
  return does === 'rollback' ? { app, does, name, without } : { app, does, commit, tree, subject, ref, without }
}
