import type { ServeSettings } from './serve-settings.ts'
import type { Server, SshSettings } from './server.ts'

// What the definitions say once they are read, validated and resolved: every default filled in, every reference
// checked. Nothing behind src/definitions/ checks any of it again.

// A server-side value of an ini file, as it will be written (booleans are On/Off already).
export type Ini = Readonly<Record<string, string>>

export type PhpVersion = string // "8.2": MAJOR.MINOR, always quoted text

// Where a repository's signing key comes from: fetched by the server and accepted only with this fingerprint
// (40 or 64 hex digits, upper case), or a keyring that already lies on the server.
export type SourceKey = { url: string; fingerprint: string } | { path: string }

// One apt preference: these packages, from where (an apt_preferences `Pin:` expression), how strongly.
export type SourcePin = { packages: string; pin: string; priority: number }

export type PhpSource =
  | { kind: 'auto' }
  | { kind: 'distro' }
  | { kind: 'sury' }
  | {
      kind: 'custom'
      uri: string
      suites: readonly string[]
      components: readonly string[]
      key: SourceKey
      pin: readonly SourcePin[]
    }

// Composer as a phar of one exact digest (64 hex digits), instead of the distribution's package.
export type ComposerSource = { url: string; sha256: string }

export type Cluster = {
  name: string
  file: string // relative to the definitions folder: clusters/staging.yml
  php: readonly PhpVersion[] // sorted, without repetition
  requestDuration: number // seconds
  requestPayload: number // MB
  requestMemory: number // MB
  phpExtensions: readonly string[]
  phpSource: PhpSource
  phpReload: string | undefined // five cron fields
  phpIni: Ini
  packages: readonly string[]
  realIp: readonly string[]
  composer: ComposerSource | undefined
  servers: readonly Server[]
}

export type WebPool =
  | { pm: 'dynamic'; maxWorkers: number; minSpareWorkers: number; initialWorkers: number; maxSpareWorkers: number }
  | { pm: 'static'; maxWorkers: number }
  | { pm: 'ondemand'; maxWorkers: number }

export type Program = { name: string; command: string; workers: number; stopWaitTimeout: number }

export type CronEntry = { name: string; at: string; command: string }

export type AppServer = {
  name: string
  web: WebPool | undefined
  deployCommands: readonly string[]
  queues: readonly Program[]
  daemons: readonly Program[]
  scheduler: boolean
  cron: readonly CronEntry[]
}

export type HealthCheck = { path: string; host: string | undefined; status: number; timeout: number; retries: number }

// A file beside a definition: what it says is part of the definition.
export type FileBeside = { file: string; content: string } // relative to the definitions folder

export type AppNginx = {
  proxy: Readonly<Record<string, number>>
  basicAuth: FileBeside | undefined
  tls: { certificate: string; key: string } | undefined
  include: FileBeside | undefined
}

// Which event of the repository's host releases an app: the workflow (GitHub) or pipeline (GitLab) ended well on that
// branch; without `workflow` a push to it.
export type ReleaseOn = { branch: string; workflow: string | undefined }

export type App = {
  name: string
  file: string
  repo: string
  deployKey: string | undefined // absolute, on the controller
  releaseFrom: readonly string[]
  releaseOn: ReleaseOn | undefined
  subdirectory: string | undefined
  php: PhpVersion
  cluster: string
  domains: readonly string[]
  isNameless?: true // no domain is defined: its site answers for the name of the app
  redirects: Readonly<Record<string, string>>
  publicDir: string
  composerCommand: string
  composerAuth: string | undefined // absolute, on the controller
  buildCommands: readonly string[]
  releaseCommands: readonly string[]
  afterCommands: readonly string[]
  linkedDirs: readonly string[]
  linkedFiles: readonly string[]
  keepReleases: number
  keepAssets: readonly string[]
  healthCheck: HealthCheck | undefined
  phpIni: Ini
  requestDuration: number | undefined // over the cluster's
  requestPayload: number | undefined
  requestMemory: number | undefined
  servers: readonly AppServer[]
  nginx: AppNginx
}

// flight.yml with its defaults.
export type Settings = {
  ssh: SshSettings
  parallel: number
  serial: number | 'half' | { share: number } // share: 0 < share <= 1
  keepReleases: number
  state: string // absolute folder
  plans: string // absolute folder
  serve: ServeSettings
}

export type Definitions = {
  root: string // absolute folder
  settings: Settings
  clusters: readonly Cluster[] // sorted by name
  apps: readonly App[] // sorted by name
}
