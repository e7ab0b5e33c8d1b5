import type { SourceKey, SourcePin } from './definitions.ts'
import type { PlannedPush, PushedServer } from './push.ts'
import type { ReleaseCargo } from './release.ts'
import type { Secret } from './secret.ts'
import type { StageName } from './stage-name.ts'
import type { ConfigurationMark, ConfigurationTest } from './service.ts'

// One thing that shall exist on one server. Everything in it is data that fits JSON: it is what a plan is compared by.

export type AptSourceDesired = {
  name: string // file name without extension
  uri: string
  suites: readonly string[]
  components: readonly string[]
  key: SourceKey
  pin: readonly SourcePin[]
}
export type PackageDesired = { name: string }
// `by`: who makes it. Inside an app's tree that is the app's user, so that a link which the app put there leads root
// nowhere; a link in its place is then the app's own business and stays.
export type DirectoryDesired = { path: string; mode: string; owner: string; group: string; by: string }

// What nobody else may claim on this server once a file is there.
export type Claim =
  | { claim: 'nginx-default-server' }
  | { claim: 'nginx-server-name'; names: readonly string[] }
  | { claim: 'fpm-pool'; folder: string; name: string }

export type FileDesired = {
  path: string
  content: string
  mode: string
  owner: string
  group: string
  scope: string // who wants it, for retiring: cluster, app:shop
  // The package that brings this path as its own configuration file: where that package already is and Flight did not
  // write the file, it belongs to somebody and stays as it is.
  conffileOf: string | undefined
  claims: readonly Claim[]
  needs: readonly string[] // what must lie on the server already, because only its people can put it there
  // Its content is nobody's to read: a plan holds its digest instead, and what lies there does not travel.
  secret: boolean
}
export type LinkDesired = { path: string; target: string; owner: string; group: string }
// Its home is a directory of its own, made with its mode and owner at once.
export type UserDesired = { name: string; home: string; shell: string; scope: string }
export type ServiceDesired = {
  unit: string // with .service
  title: string // as people say it: nginx, PHP 8.2 FPM
  configuration: readonly string[] // folders and files that it loads
  mark: ConfigurationMark
  test: ConfigurationTest
  changes: readonly string[] // paths below `configuration` that this plan writes; filled in while resolving
  // What loads after it in the same plan: before anything is loaded,
  // all of it must pass its test. Filled in while resolving.
  precedes: readonly Load[]
  extensions: string | undefined // what the names of packages begin with that it loads: php8.2-
  installs: readonly string[] // such packages that this plan installs; filled in while resolving
  // false: nobody asks for it here any more; where it runs, it runs the configuration that lies on disk.
  wanted: boolean
  // A service may load twice in one plan: what is added before anything uses it, what is retired after nothing does.
  phase: 'configure' | 'retire'
  pools: readonly FpmPool[] // of Flight, which must answer after a load (FPM)
  patience: number // seconds for which a load lets running requests finish, and new ones wait (FPM); 0: none waits
  // Seconds to wait for nginx workers that still speak to what is about to go (FPM, while retiring); 0: none.
  waitForNginx: number
}
export type Load = {
  test: ConfigurationTest
  configuration: readonly string[]
  mark: ConfigurationMark
  changes: readonly string[]
}
export type FpmPool = { name: string; socket: string }
// The programs of one app that supervisor runs: exactly these.
export type ProgramsDesired = {
  app: string
  programs: readonly string[] // names as supervisor knows them
  release?: string // which release they shall run; otherwise the live one
  push?: string // the push of an environment file that they shall have read
  changes: readonly string[] // the configuration that this plan writes; filled in while resolving
}
// A release's folder, filled from the artifact of its commit, with links to what releases share.
export type ReleaseDesired = {
  app: string
  name: string
  commit: string
  tree: string
  subject: string
  ref: string
  linkedDirs: readonly string[]
  linkedFiles: readonly string[]
  keepAssets: readonly string[]
  publicDir: string
  needs: readonly Need[] // what must be there before anything is uploaded
  cargo?: ReleaseCargo & { who: string; when: string } // never in a plan: what is sent, and by whom
}
export type Need = { path: string; because: string; hint: string }
// A command of the user, run once for a release as the app's user. `key`
// names its record: a command that has succeeded under it does not run again.
export type CommandDesired = {
  app: string
  release: string
  key: string
  command: string
  path: string
  auth: boolean
  joins: boolean
  secret?: Secret
} // secret: never in a plan
// A request that the release must answer: before it is live through its pool's socket, afterwards through nginx.
export type HealthDesired = {
  app: string
  release: string
  through:
    | { is: 'pool'; socket: string; publicDir: string; tls: boolean }
    | { is: 'site'; tls: boolean; passwords: boolean }
  // null: only what OPcache may still hold of it is dropped
  check: { path: string; host: string; status: number; timeout: number; retries: number } | null
  push?: string // asked because of the push of an environment file
}
// What makes a release live: everything is made ready, `current` is switched,
// it stays (otherwise the server goes back by itself), it counts as good.
export type LiveDesired = {
  app: string
  release: string
  does: 'ready' | 'switch' | 'confirm' | 'settle'
  back: number
} // back: seconds until it goes back by itself
// An app's environment file, for a server that has none: the bytes of another server's. What it holds is in no plan.
export type EnvironmentDesired = { app: string; path: string; from: string; secret?: Secret }
// An app's environment file is replaced on all servers or on none: sent (stage), renamed
// (write), the live release's cached configuration made anew beside the one that is used
// (rebuild) and used (show); it stays (confirm), and all that follows is done (settle).
export type PushDesired = Pick<PlannedPush, 'app' | 'id' | 'key'> &
  Omit<PushedServer, 'name'> & {
    does: 'stage' | 'write' | 'rebuild' | 'show' | 'confirm' | 'settle'
    path: string
    search: string // PATH of the app's commands
    socket: string | null // of the app's pool, where there is one
    restarts: boolean // whether workers read it
    back: number // seconds until it goes back by itself
    content?: Secret // its bytes in base64, never in a plan
  }
// socket: of the app's pool, where there is one
export type PruneDesired = { app: string; release: string; keep: number; socket: string | null }
export type ComposerDesired = { path: string; url: string; sha256: string }
// `secret` as of the file that it was.
export type RetiredDesired = { path: string; scope: string; comment: '#' | ';'; secret: boolean }

export type DesiredOf = {
  'apt-source': AptSourceDesired
  package: PackageDesired
  directory: DirectoryDesired
  file: FileDesired
  link: LinkDesired
  user: UserDesired
  service: ServiceDesired
  composer: ComposerDesired
  retired: RetiredDesired
  programs: ProgramsDesired
  release: ReleaseDesired
  command: CommandDesired
  health: HealthDesired
  live: LiveDesired
  prune: PruneDesired
  environment: EnvironmentDesired
  push: PushDesired
}

export type KindName = keyof DesiredOf

export type ResourceOf<K extends KindName> = {
  kind: K
  name: string // unique among the server's resources of this kind: a path, a package, a unit
  feature: string // in the user's words: nginx, PHP 8.2, composer
  desired: DesiredOf[K]
  // A path without which this is left as it is: a worker without a release only fails.
  awaits?: string
  stage?: StageName // when it has its turn in a release
}

export type Resource = { [K in KindName]: ResourceOf<K> }[KindName]

// SERVER/KIND/NAME
export function addressOf(server: string, resource: { kind: string; name: string }): string {
  return `${server}/${resource.kind}/${resource.name}`
}
