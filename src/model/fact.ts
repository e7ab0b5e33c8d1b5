import type { ReleaseNote } from './release.ts'
import type { Secret } from './secret.ts'
import type { ConfigurationMark } from './service.ts'

// A fact is one thing read from a server. Every query says exactly what is wanted; nothing else travels.

// `wanted` is the digest that the file shall have: only when it
// differs, and Flight wrote the file, its content comes along.
export type FileQuery = { fact: 'file'; path: string; wanted: string | undefined }
export type FileFact =
  | { type: 'absent' }
  | {
      type: 'file'
      mode: string // octal, as chmod takes it: 644
      owner: string
      group: string
      sha256: string // empty below /home: what apps own is not read
      content: string | undefined
      recorded: FileRecord | undefined
    }
  | { type: 'directory'; mode: string; owner: string; group: string }
  | { type: 'link'; target: string; owner: string; group: string }
  | { type: 'other' }

// What /var/lib/flight/manifest says of a path: Flight wrote it,
// with this digest, for this owner (cluster, app:shop, retired).
export type FileRecord = { sha256: string; scope: string }

export type PackageQuery = { fact: 'package'; name: string }
export type PackageFact = {
  installed: string | undefined // version
  candidate: string | undefined // version that apt would install now; undefined: apt does not know the package
  transaction: AptTransaction // the same for every package of one probe
}

// What installing all the missing packages together would do, as apt says without doing it.
export type AptTransaction = {
  installs: readonly { name: string; version: string }[]
  upgrades: readonly { name: string; from: string; to: string }[]
  removes: readonly { name: string; version: string }[]
  refusal: string | undefined // apt's own words when it finds no solution
  listsOutdated: boolean // no lists at all, or sources changed since they were read
  interrupted: boolean // dpkg was interrupted and must be finished first
}

export type UserQuery = { fact: 'user'; name: string }
export type UserFact = { uid: number; gid: number; home: string; shell: string } | undefined

export type GroupQuery = { fact: 'group'; name: string } // answered: whether it is there

export type ServiceQuery = { fact: 'service'; unit: string; configuration: readonly string[]; mark: ConfigurationMark }
export type ServiceFact = {
  exists: boolean
  enabled: boolean
  active: boolean
  // Whether it runs what lies on disk, and which file says that it does not.
  unloaded: { path: string } | undefined
}

export type KeyQuery = { fact: 'key'; path: string }
export type KeyFact = { fingerprints: readonly string[] } | undefined // undefined: no file

// Lines of configuration that Flight did not write, found by what they claim; flight-server-name: that it did write.
export type ForeignQuery = {
  fact: 'foreign'
  claim: 'nginx-default-server' | 'nginx-server-name' | 'flight-server-name' | 'fpm-pool' | 'apt-source'
}
export type ForeignLine = { file: string; line: number; text: string }
export type ForeignFact = readonly ForeignLine[]

// Everything that the manifest records, the newest entry of each path.
export type ManifestQuery = { fact: 'manifest' }
export type ManifestFact = readonly (FileRecord & { path: string })[]

// What supervisor runs, what it has not loaded yet, and what still finishes a job before it goes or comes back.
export type ProgramsQuery = { fact: 'programs' }
export type ProgramsFact = {
  daemon: boolean // supervisord answers
  // sorted; RUNNING, STARTING, BACKOFF, STOPPING, STOPPED, EXITED, FATAL, UNKNOWN
  states: readonly { name: string; state: string }[]
  // what lies on disk and is not what it runs
  unloaded: readonly { name: string; is: 'added' | 'changed' | 'removed' }[]
  draining: readonly string[] // being ended after their job, and brought to what lies on disk then
  runs: readonly ProgramRun[]
  refusal: string | undefined // why the configuration on disk cannot be read at all
}

// In the folder of which release a program stands (empty: it is not known, and not the live one), and whether it was
// started with the environment file that lies there now.
export type ProgramRun = { name: string; release: string; isLive: boolean; isFresh: boolean }

// An app's environment file, read as the app's own user: a link, pipe or folder in its place shows root nothing.
export type EnvironmentQuery = { fact: 'environment'; app: string; path: string }
// why its bytes were not taken
export type EnvironmentFact = { is: 'absent' } | { is: 'file'; base64: Secret } | { is: 'other'; what: string }

// The releases of an app on a server, as root noted them, and the one that `current` points to.
export type ReleasesQuery = { fact: 'releases'; app: string }
export type ReleasesFact = {
  current: { is: 'absent' } | { is: 'release'; name: string } | { is: 'other'; what: string }
  releases: readonly ReleaseFact[] // in the order of their names
}
export type ReleaseFact = {
  name: string
  note: ReleaseNote | undefined // none: it was not unpacked to its end
  present: boolean // its folder is there
  pruned: boolean // it is gone, and only its name is known
  live: number | undefined // since when it is live, or was the last time; seconds since 1970
  turns: number // how often it went live
  before: string | undefined // the release that was live when it first went live
  confirmed: boolean // it stays live: it was seen to answer everywhere
  settled: boolean // since it went live the last time, everything that follows from it was done
  good: number | undefined // when it was live and healthy on all servers, seconds since 1970
  failed: string | undefined // why
  kept: string | undefined // why it could not be pruned: RELEASE that was live then, and the reason
  commands: readonly { key: string; command: string; state: CommandState }[]
}
// unknown: cut off, a reboot for example
export type CommandState = { is: 'ended'; code: number } | { is: 'running' } | { is: 'unknown' }

// What root noted of the pushes of an app's environment file. `previous`: with the file that the last one replaced.
export type PushesQuery = { fact: 'pushes'; app: string; previous: boolean }
export type PushesFact = {
  at: string | undefined // the push whose file it is, as far as one was confirmed
  pushes: readonly PushFact[] // in the order of their names
  previous: Secret | undefined // base64; undefined where there is none, or it was not asked for
}
export type PushFact = {
  id: string
  armed: boolean // written, and it goes back by itself unless it is confirmed
  stuck: boolean // armed, and nothing leads back any more: a reboot, for example
  confirmed: boolean // it stays: it was written on all servers
  settled: boolean // all that follows from it was done
  undoes: string | null // the push that it takes back
}

export type MemoryQuery = { fact: 'memory' }
export type MemoryFact = { megabytes: number }

export type FactQuery =
  | FileQuery
  | PackageQuery
  | UserQuery
  | GroupQuery
  | ServiceQuery
  | KeyQuery
  | ForeignQuery
  | ManifestQuery
  | ProgramsQuery
  | MemoryQuery
  | EnvironmentQuery
  | ReleasesQuery
  | PushesQuery

export type FactName = FactQuery['fact']

export type FactAnswers = {
  file: FileFact
  package: PackageFact
  user: UserFact
  group: boolean
  service: ServiceFact
  key: KeyFact
  foreign: ForeignFact
  manifest: ManifestFact
  programs: ProgramsFact
  memory: MemoryFact
  environment: EnvironmentFact
  releases: ReleasesFact
  pushes: PushesFact
}

// The answers of one server. Asking for what was not probed is a bug and throws.
export type Facts = {
  get<Q extends FactQuery>(query: Q): FactAnswers[Q['fact']]
}

// One name for each question: two resources that ask the same thing share the answer.
export function factId(query: FactQuery): string {
  switch (query.fact) {
    case 'file':
    case 'key':
    case 'environment':
      return `${query.fact} ${query.path}`
    case 'package':
    case 'user':
    case 'group':
      return `${query.fact} ${query.name}`
    case 'service':
      return `service ${query.unit}`
    case 'releases':
      return `releases ${query.app}`
    case 'pushes':
      return `pushes ${query.app}${query.previous ? ' with the previous' : ''}`
    case 'foreign':
      return `foreign ${query.claim}`
    case 'manifest':
    case 'programs':
    case 'memory':
      return query.fact
  }
}
