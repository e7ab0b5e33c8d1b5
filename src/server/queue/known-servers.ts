import type { ServingOptions } from './serving-options.ts'

// The servers of each app. Definitions that are wrong for a moment change nothing of what was known, and are told once.
export function knownServers({ definitions, bug }: Pick<ServingOptions, 'definitions' | 'bug'>): {
  refresh(): Promise<void>
  of(app: string): readonly string[]
} {
  let known = new Map<string, readonly string[]>()
  let told = ''
  return {
    async refresh() {
      try {
        known = new Map((await definitions()).apps.map(({ name, servers }) => [name, servers.map((on) => on.name)]))
        told = ''
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        if (message !== told) bug(error)
        told = message
      }
    },
    of: (app) => known.get(app) ?? [],
  }
}
