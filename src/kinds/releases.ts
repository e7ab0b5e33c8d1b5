import type { Facts, ReleaseFact } from '../model/fact.ts'

// The release of an app on a server, undefined where there is none of this name.
export function releaseIn(facts: Facts, { app, release }: { app: string; release: string }): ReleaseFact | undefined {
  return facts.get({ fact: 'releases', app }).releases.find(({ name }) => name === release)
}

// The release that `current` points to; null for none.
export function liveIn(facts: Facts, app: string): string | null {
  const { current } = facts.get({ fact: 'releases', app })
  return current.is === 'release' ? current.name : null
}

// Whether a release is live, was seen to answer everywhere, and all that follows from it was done.
export function staysLive(facts: Facts, of: { app: string; release: string }): boolean {
  const release = releaseIn(facts, of)
  return liveIn(facts, of.app) === of.release && release?.confirmed === true && release.settled
}

// APP/RELEASE or APP/RELEASE/PART, the name of what belongs to a release, as `say` says it.
export function ofRelease(name: string, say: (release: string, part: string) => string): string | undefined {
  const [, app, release, part = ''] = /^([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(name) ?? []
  return app === undefined ? undefined : say(`${release} of ${app}`, part)
}
