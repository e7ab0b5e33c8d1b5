import { meanings, type Environment } from './environment.ts'

// Servers that agree on a key: `set` says whether they have it at all.
export type Agreement = { set: boolean; servers: readonly string[] }

// The keys on which servers differ, sorted, with who agrees with whom; and who has the same file to the last byte (one
// group: all of them). Groups are sorted by their first server.
export type ServersComparison = {
  keys: readonly { key: string; groups: readonly Agreement[] }[]
  files: readonly (readonly string[])[]
}

// How the environment files of an app's servers differ among each other.
export function compareServers(environments: ReadonlyMap<string, Environment>): ServersComparison {
  const servers = [...environments.keys()].sort()
  const known = new Map([...environments].map(([server, { entries }]) => [server, meanings(entries)]))
  const keys = [...new Set([...known.values()].flatMap((values) => [...values.keys()]))].sort()
  const grouped = keys.map((key) => ({ key, groups: groupsBy(servers, (server) => known.get(server)?.get(key)) }))
  return {
    keys: grouped
      .filter(({ groups }) => groups.size > 1)
      .map(({ key, groups }) => ({
        key,
        groups: [...groups].map(([value, servers]) => ({ set: value !== undefined, servers })),
      })),
    files: [...groupsBy(servers, (server) => environments.get(server)?.content.reveal()).values()],
  }
}

function groupsBy(
  servers: readonly string[],
  of: (server: string) => string | undefined,
): Map<string | undefined, string[]> {
  const groups = new Map<string | undefined, string[]>()
  for (const server of servers) {
    const value = of(server)
    const group = groups.get(value)
    if (group === undefined) groups.set(value, [server])
    else group.push(server)
  }
  return groups
}
