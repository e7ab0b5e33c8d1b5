import { kindOf } from '../../kinds/kinds.ts'
import { onServer, type ServerProblem } from '../../model/errors.ts'
import type { FactQuery, Facts } from '../../model/fact.ts'
import type { Resource } from '../../model/resource.ts'
import { pathsOf } from '../compare.ts'

const OWN_SITES = { fact: 'foreign', claim: 'flight-server-name' } as const

// What must be asked so that no two sites of Flight have one name.
export function queriesForRivals(resources: readonly Resource[]): FactQuery[] {
  return resources.some((resource) => namesOf(resource).length > 0) ? [OWN_SITES] : []
}

// Sites of Flight that still have a name which this plan gives to another, and that it neither writes nor retires:
// nginx would only warn, and answer with the one that it reads first.
export function rivalSites(
  server: string,
  resources: readonly Resource[],
  retiring: readonly string[],
  facts: Facts,
): ServerProblem[] {
  const written = new Set([...resources.flatMap(pathsOf), ...retiring])
  const names = new Set(resources.flatMap(namesOf))
  if (names.size === 0) return []
  const lines = facts.get(OWN_SITES).filter(({ file }) => !written.has(file))
  return lines.flatMap(({ file, line, text }) => {
    const taken = text
      .split(/\s+/)
      .slice(1)
      .filter((name) => names.has(name))
    const app = /\/flight-([a-z0-9-]+)\.conf$/.exec(file)?.[1] ?? file
    return taken.map((name): ServerProblem => ({
      code: 'FLIGHT_CONFLICT',
      ...onServer(server, `${file}:${line}`),
      what: `the site of ${app} still has the name ${name} here`,
      hint: `configure ${app} first, or both in one plan: flight plan`,
    }))
  })
}

function namesOf({ kind, desired }: Resource): readonly string[] {
  const claims = kindOf(kind).claims?.(desired) ?? []
  return claims.flatMap((claim) => (claim.claim === 'nginx-server-name' ? claim.names : []))
}
