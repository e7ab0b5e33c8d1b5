import { covers, fitsTable } from '../model/server-name.ts'
import type { PathSegment } from '../schema/violation.ts'
import { at, entries, items, text } from './node.ts'
import type { Node } from './node.ts'
import { placeText } from './place.ts'
import type { Finding, Place } from './place.ts'
import type { Source } from './source.ts'

type Claim = { domain: string; app: string; cluster: string | undefined; place: Place; path: readonly PathSegment[] }

// Two sites with one server_name: nginx only warns and takes the first. In one cluster that is a mistake; in two it may
// be a move from one to the other, which is worth a warning.
export function checkDomains(apps: readonly Source[]): { findings: Finding[]; warnings: Finding[] } {
  const claimed = new Map<string, Claim[]>()
  const findings: Finding[] = []
  const warnings: Finding[] = []
  const all = apps.flatMap(claims)
  for (const claim of all) {
    const before = claimed.get(claim.domain) ?? []
    claimed.set(claim.domain, [...before, claim])
    // The same domain twice in one list is told with that list.
    const others = before.filter((other) => other.app !== claim.app || kind(other) !== kind(claim))
    const same = others.find((other) => other.cluster === claim.cluster)
    const other = same ?? others[0]
    if (other === undefined) continue
    const { place, path, domain } = claim
    const by = other.app === claim.app ? 'this app' : `app ${other.app}`
    const finding: Finding = {
      code: 'FLIGHT_REFERENCE',
      place,
      path,
      what: `${domain} is claimed by ${by} already (${placeText(other.place)})`,
    }
    if (same === undefined)
      warnings.push({ ...finding, hint: `on cluster ${String(other.cluster)}; point it at one of them` })
    else findings.push(finding)
  }
  return { findings: [...findings, ...taken(all)], warnings }
}

// A name that is too long for nginx's table is looked at after all wildcards: one of another site would win, silently.
function taken(all: readonly Claim[]): Finding[] {
  const wildcards = all.filter(({ domain }) => domain.startsWith('*.'))
  return all.flatMap((claim): Finding[] => {
    const { domain, place, path } = claim
    if (wildcards.length === 0 || fitsTable(domain)) return []
    const winner = wildcards.find(
      (other) =>
        other.domain !== domain &&
        other.cluster === claim.cluster &&
        (other.app !== claim.app || kind(other) !== kind(claim)) &&
        covers(other.domain, domain),
    )
    if (winner === undefined) return []
    const what =
      `${domain} is too long for nginx's table of names: ${winner.domain} of ` +
      `${winner.app === claim.app ? 'this app' : `app ${winner.app}`} would win (${placeText(winner.place)})`
    return [
      {
        code: 'FLIGHT_REFERENCE',
        place,
        path,
        what,
        hint: 'shorten it, or list the names that the wildcard stands for',
      },
    ]
  })
}

function kind(claim: Claim): string {
  return String(claim.path[0])
}

function claims({ name: app, node }: Source): Claim[] {
  const cluster = text(at(node, 'cluster'))
  const claim = (domain: string | undefined, place: Place, path: readonly PathSegment[]): Claim[] =>
    domain === undefined || domain.length > 253 ? [] : [{ domain, app, cluster, place, path }]
  const own = (item: Node | undefined, path: readonly PathSegment[]): Claim[] =>
    item === undefined ? [] : claim(text(item), item.place, path)
  // Without a domain the site answers for the name of the app.
  const web = items(at(node, 'servers')).findIndex((server) => at(server, 'web') !== undefined)
  const path = ['servers', web, 'web']
  const answering = web < 0 ? undefined : at(node, ...path)
  const isNameless = at(node, 'domain') === undefined && at(node, 'domains') === undefined
  return [
    ...(isNameless && answering !== undefined ? claim(app, answering.place, path) : []),
    ...own(at(node, 'domain'), ['domain']),
    ...items(at(node, 'domains')).flatMap((item, index) => own(item, ['domains', index])),
    ...entries(at(node, 'redirects')).flatMap(([source, { keyPlace }]) =>
      claim(source, keyPlace, ['redirects', source]),
    ),
  ]
}
