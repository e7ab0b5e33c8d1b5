import { covers, fitsTable } from '../model/server-name.ts'
import type { PathSegment } from '../schema/violation.ts'
import { cronCommand, cronLog, MOST_CRON_BYTES } from '../shell/cron-command.ts'
import { at, entries, items, type Node, number, text } from './node.ts'
import { type Finding, type Place, placeText } from './place.ts'
import type { Source } from './source.ts'

// A server belongs to one cluster: no name and no address twice in the whole folder.
export function checkServers(clusters: readonly Source[], settings: Node | undefined): Finding[] {
  const names = new Map<string, Place>()
  const addresses = new Map<string, Place>()
  const findings: Finding[] = []
  for (const { node } of clusters) {
    for (const [index, server] of items(at(node, 'servers')).entries()) {
      const name = at(server, 'name')
      const host = at(server, 'host')
      findings.push(
        ...once(
          names,
          text(name)?.toLowerCase(),
          { node: name, path: ['servers', index, 'name'] },
          'the name is taken',
        ),
      )
      const address = addressOf(server, node, settings)
      findings.push(
        ...once(
          addresses,
          address,
          { node: host, path: ['servers', index, 'host'] },
          'is the address of another server',
        ),
      )
    }
  }
  return findings
}

function once(
  seen: Map<string, Place>,
  key: string | undefined,
  { node, path }: { node: Node | undefined; path: readonly PathSegment[] },
  what: string,
): Finding[] {
  if (key === undefined || node === undefined) return []
  const first = seen.get(key)
  if (first === undefined) {
    seen.set(key, node.place)
    return []
  }
  // One cluster's own repetition of a name is told there.
  if (path[2] === 'name' && first.file === node.place.file) return []
  return [{ code: 'FLIGHT_REFERENCE', place: node.place, path, what: `${what} (${placeText(first)})` }]
}

// Behind different jump hosts the same private address is another machine.
function addressOf(server: Node, cluster: Node | undefined, settings: Node | undefined): string | undefined {
  const host = text(at(server, 'host'))
  if (host === undefined) return undefined
  const levels = [server, cluster, settings]
  const port = levels.map((level) => number(at(level, 'ssh', 'port'))).find((value) => value !== undefined) ?? 22
  const jump = levels.map((level) => text(at(level, 'ssh', 'jump'))).find((value) => value !== undefined) ?? ''
  return JSON.stringify([host.toLowerCase(), port, jump])
}

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

// Cron entries of an app whose line would make cron ignore the whole file, silently.
export function checkCronLengths({ name: app, node }: Source): Finding[] {
  return items(at(node, 'servers')).flatMap((server, s) =>
    items(at(server, 'cron')).flatMap((entry, index): Finding[] => {
      const name = text(at(entry, 'name'))
      const command = at(entry, 'command')
      const written = text(command)
      // Of a command that is no line at all, or beyond all measure, the schema has said so.
      if (
        name === undefined ||
        command === undefined ||
        written === undefined ||
        written.length > 4000 ||
        /\p{Cc}/u.test(written)
      )
        return []
      const bytes = Buffer.byteLength(cronCommand(app, cronLog(name), written))
      if (bytes <= MOST_CRON_BYTES) return []
      const what =
        `too long: with what Flight writes around it, it is ${bytes} bytes; with more than ` +
        `${MOST_CRON_BYTES} cron ignores the whole file`
      return [
        {
          code: 'FLIGHT_SCHEMA',
          place: command.place,
          path: ['servers', s, 'cron', index, 'command'],
          what,
          hint: 'put it into an artisan command or a script of the repository',
        },
      ]
    }),
  )
}
