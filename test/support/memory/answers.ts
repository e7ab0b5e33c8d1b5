import { createHash } from 'node:crypto'
import type {
  AptTransaction,
  FactAnswers,
  FactName,
  FactQuery,
  FileFact,
  FileQuery,
  ForeignLine,
  ForeignQuery,
  ManifestFact,
  PackageFact,
  ServiceFact,
  ServiceQuery,
} from '../../../src/model/fact.ts'
import { primaryFingerprints } from '../../../src/model/openpgp.ts'
import { MANIFEST } from '../../../src/model/record.ts'
import { Secret } from '../../../src/model/secret.ts'
import { AptRefused, candidateOf, installedVersion, listsOutdated, simulate } from './apt.ts'
import type { Machine } from './machine.ts'
import { programsFact } from './programs.ts'
import { pushesFact } from './pushes.ts'
import { releasesFact } from './releases.ts'
import { serverNamesIn } from './server-names.ts'
import { unloadedPath } from './services.ts'
import { contentAt, entryAt, pathsBelow } from './tree.ts'

const MOST_CONTENT = 262_144

// What the machine answers to each question. Changes nothing.
export function answersOf(
  machine: Machine,
  queries: readonly FactQuery[],
): (readonly [FactQuery, FactAnswers[FactName] | undefined])[] {
  const names = queries.flatMap((query) => (query.fact === 'package' ? [query.name] : []))
  const transaction = transactionFor(machine, names)
  return queries.map((query) => [query, answerOf(machine, query, transaction)] as const)
}

function answerOf(machine: Machine, query: FactQuery, transaction: AptTransaction): FactAnswers[FactName] | undefined {
  switch (query.fact) {
    case 'file':
      return fileFact(machine, query)
    case 'key': {
      const content = contentAt(machine, query.path)
      return content === undefined ? undefined : { fingerprints: primaryFingerprints(content) }
    }
    case 'manifest':
      return manifestOf(machine)
    case 'foreign':
      return foreignLines(machine, query.claim)
    case 'user':
      return machine.users.get(query.name)
    case 'group':
      return machine.groups.has(query.name)
    case 'service':
      return serviceFact(machine, query)
    case 'package':
      return packageFact(machine, query.name, transaction)
    case 'programs':
      return programsFact(machine)
    case 'environment': {
      const entry = entryAt(machine, query.path)
      if (entry === undefined) return { is: 'absent' }
      return entry.type === 'file'
        ? { is: 'file', base64: new Secret(Buffer.from(entry.content).toString('base64')) }
        : { is: 'other', what: entry.type === 'link' ? 'a link: whoever follows it reads another file' : 'no file' }
    }
    case 'releases':
      return releasesFact(machine, query.app)
    case 'pushes':
      return pushesFact(machine, query.app, query.previous)
    case 'memory':
      return { megabytes: 16_000 }
    default:
      return query satisfies never
  }
}

export function manifestOf(machine: Machine): ManifestFact {
  const entries = new Map<string, ManifestFact[number]>()
  for (const line of contentAt(machine, MANIFEST)?.toString('utf8').split('\n') ?? []) {
    const [sha256, scope, path] = line.split('\t')
    if (sha256 === undefined || scope === undefined || path === undefined) continue
    if (scope === 'forgotten') entries.delete(path)
    else entries.set(path, { sha256, scope, path })
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function fileFact(machine: Machine, { path, wanted }: FileQuery): FileFact {
  const entry = entryAt(machine, path)
  if (entry === undefined) return { type: 'absent' }
  const { owner, group } = entry
  if (entry.type === 'other') return { type: 'other' }
  if (entry.type === 'link') return { type: 'link', target: entry.target, owner, group }
  if (entry.type === 'directory') return { type: 'directory', mode: entry.mode, owner, group }
  const bytes = Buffer.from(entry.content)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const record = manifestOf(machine).find((each) => each.path === path)
  const travels =
    record !== undefined &&
    wanted !== undefined &&
    wanted !== sha256 &&
    bytes.length <= MOST_CONTENT &&
    !bytes.includes(0)
  return {
    type: 'file',
    mode: entry.mode,
    owner,
    group,
    sha256: path.startsWith('/home/') ? '' : sha256,
    content: travels ? bytes.toString('utf8') : undefined,
    recorded: record,
  }
}

const CLAIMS: Record<
  Exclude<ForeignQuery['claim'], 'nginx-server-name' | 'flight-server-name'>,
  { within: RegExp; line: RegExp }
> = {
  'nginx-default-server': {
    within: /^\/etc\/nginx\/(nginx\.conf$|conf\.d\/|sites-enabled\/)/,
    line: /^[^#]*listen[^#]*default_server/,
  },
  'fpm-pool': { within: /^\/etc\/php\/[^/]+\/fpm\/pool\.d\/[^/]*\.conf$/, line: /^\s*\[/ },
  'apt-source': {
    within: /^\/etc\/apt\/(sources\.list$|sources\.list\.d\/[^/]*\.(list|sources)$)/,
    line: /^\s*(deb|URIs:|Suites:|Signed-By:|Enabled:)/,
  },
}

function foreignLines(machine: Machine, claim: ForeignQuery['claim']): ForeignLine[] {
  if (claim === 'nginx-server-name' || claim === 'flight-server-name')
    return serverNames(machine, claim === 'flight-server-name')
  const { within, line } = CLAIMS[claim]
  return foreignFiles(machine, within).flatMap((file) =>
    (contentAt(machine, file)?.toString('utf8') ?? '')
      .split('\n')
      .map((text, index) => ({ file, line: index + 1, text }))
      .filter(({ text }) => line.test(text))
      .map((found) => ({ ...found, text: found.text.trim() })),
  )
}

function foreignFiles(machine: Machine, within: RegExp, own = false): string[] {
  const ours = new Set(manifestOf(machine).map(({ path }) => path))
  return pathsBelow(machine, '/etc').filter((path) => within.test(path) && ours.has(path) === own)
}

function serverNames(machine: Machine, own: boolean): ForeignLine[] {
  const files = foreignFiles(
    machine,
    /^\/etc\/nginx\/(nginx\.conf$|conf\.d\/[^/.][^/]*\.conf$|sites-enabled\/[^/.][^/]*$)/,
    own,
  )
  return files.flatMap((file) =>
    serverNamesIn(contentAt(machine, file)?.toString('utf8') ?? '').map((found) => ({ file, ...found })),
  )
}

function serviceFact(machine: Machine, query: ServiceQuery): ServiceFact {
  const unit = machine.units.get(query.unit)
  if (unit === undefined) return { exists: false, enabled: false, active: false, unloaded: undefined }
  const path =
    unit.active && query.mark.by !== 'none' ? unloadedPath(machine, query.unit, unit, query.configuration) : undefined
  return {
    exists: true,
    enabled: unit.enabled,
    active: unit.active,
    unloaded: path === undefined ? undefined : { path },
  }
}

function packageFact(machine: Machine, name: string, transaction: AptTransaction): PackageFact {
  const installed = installedVersion(machine, name)
  return { installed, candidate: installed === undefined ? candidateOf(machine, name) : undefined, transaction }
}

function transactionFor(machine: Machine, names: readonly string[]): AptTransaction {
  const common = { listsOutdated: listsOutdated(machine), interrupted: machine.interrupted }
  const missing = names.filter(
    (name) => installedVersion(machine, name) === undefined && candidateOf(machine, name) !== undefined,
  )
  const nothing = { installs: [], upgrades: [], removes: [] }
  try {
    return { ...(missing.length === 0 ? nothing : simulate(machine, missing)), refusal: undefined, ...common }
  } catch (error) {
    if (!(error instanceof AptRefused)) throw error
    return { ...nothing, refusal: error.message, ...common }
  }
}
