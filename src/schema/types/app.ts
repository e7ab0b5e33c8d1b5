// Made from schemas/app.json by `npm run generate`: do not edit.

/**
 * A file of the same folder whose name begins with _. Its mappings are merged with this one, its lists and values are replaced.
 */
export type BaseFile = string
/**
 * ssh (git@host:org/repo.git, ssh://…), https without a password, or an absolute path of the controller.
 */
export type Repository = string
/**
 * The private key that may read the repository. It stays on the controller.
 */
export type DeployKey = string
/**
 * A branch by its name.
 */
export type Branch = string
/**
 * A commit must be on one of these branches to be released.
 *
 * @maxItems 50
 */
export type Branches = Branch[]
/**
 * Where the application lies inside the repository (a monorepo).
 */
export type Subdirectory = string
/**
 * One of the cluster's versions. A version that ends in 0 must be quoted ("8.10").
 */
export type PHPVersion = number | string
/**
 * The name of a file in clusters/, without .yml.
 */
export type ClusterName = string
/**
 * The one domain of the app; domains is the same for several.
 */
export type Domain = string
/**
 * A domain in lower case (an internationalised one in its xn-- form); *.example.com stands for every name below example.com.
 */
export type Domain1 = string
/**
 * The domains that the app answers for; *.example.com stands for every name below.
 *
 * @minItems 1
 * @maxItems 200
 */
export type Domains = Domain1[]
/**
 * A domain in lower case, without a wildcard.
 */
export type HostName = string
/**
 * What nginx serves, inside the release.
 */
export type PublicDirectory = string
/**
 * What composer is called with in a new release.
 */
export type ComposerCommand = string
/**
 * A file of the controller in composer's auth.json format, never left on a server.
 */
export type ComposerCredentials = string
/**
 * One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
 */
export type Command = string
/**
 * Run in a checkout of the commit; what they make is part of the release.
 *
 * @maxItems 100
 */
export type BuildCommands = Command[]
/**
 * On every server, in the new release, as the app's user, before it goes live.
 *
 * @maxItems 100
 */
export type ReleaseCommands = Command[]
/**
 * On every server, once the release is live.
 *
 * @maxItems 100
 */
export type AfterCommands = Command[]
/**
 * Relative, without . or .. and without spaces.
 */
export type PathInsideTheRelease = string
/**
 * Directories that all releases share: uploads, sessions, logs.
 *
 * @maxItems 100
 */
export type LinkedDirectories = PathInsideTheRelease[]
/**
 * Files that all releases share, the environment file above all.
 *
 * @maxItems 100
 */
export type LinkedFiles = PathInsideTheRelease[]
/**
 * How many releases stay on a server. Those in use are always kept.
 */
export type ReleasesToKeep = number
/**
 * Directories of hashed assets: those of the previous release stay reachable.
 *
 * @maxItems 50
 */
export type AssetsToKeep = PathInsideTheRelease[]
/**
 * A path that must answer before and after a release goes live, or { path, host, status, timeout, retries }.
 */
export type HealthCheck = Path | HealthCheck1
/**
 * Begins with /.
 */
export type Path = string
/**
 * A domain in lower case, without a wildcard.
 */
export type HostName1 = string
/**
 * The HTTP status that means healthy.
 */
export type Status = number
/**
 * Seconds to wait for one answer.
 */
export type Timeout = number
/**
 * How often to ask again, a second apart, before the release counts as failed.
 */
export type Retries = number
/**
 * A value on one line, without double quotes, backslashes or ${ }.
 */
export type PHPSetting = string | number | boolean
/**
 * Seconds an HTTP request may take, instead of the cluster's.
 */
export type RequestDuration = number
/**
 * Megabytes an HTTP request may carry, instead of the cluster's.
 */
export type RequestPayload = number
/**
 * Megabytes an HTTP request may use, instead of the cluster's.
 */
export type RequestMemory = number
/**
 * A server of the app's cluster.
 */
export type ServerName = string
/**
 * dynamic keeps spare workers, static keeps all of them, ondemand starts them when requests come.
 */
export type ProcessManager = 'dynamic' | 'static' | 'ondemand'
/**
 * The most PHP processes at the same time.
 */
export type WorkersAtMost = number
/**
 * Idle processes that are kept ready (dynamic).
 */
export type SpareWorkersAtLeast = number
/**
 * Processes started with the pool (dynamic).
 */
export type WorkersAtTheStart = number
/**
 * Idle processes beyond this are ended (dynamic).
 */
export type SpareWorkersAtMost = number
/**
 * On this server only, once a release, before it goes live.
 *
 * @maxItems 100
 */
export type DeployCommands = Command[]
/**
 * Lower-case letters, digits, - and _. Unique on its server within the app.
 */
export type Name = string
/**
 * One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
 */
export type Command1 = string
/**
 * How many processes of it run.
 */
export type Workers = number
/**
 * Seconds a process may take to finish its job before it is killed.
 */
export type StopWaitTimeout = number
/**
 * Queue workers, kept running by supervisor.
 *
 * @maxItems 100
 */
export type Queues = Queue[]
/**
 * One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
 */
export type Command2 = string
/**
 * Any long-running program: Horizon, Reverb, an SSR server.
 *
 * @maxItems 100
 */
export type Daemons = Daemon[]
/**
 * Whether artisan schedule:run is run here every minute.
 */
export type Scheduler = true | false | 'on' | 'off' | 'yes' | 'no'
/**
 * Lower-case letters, digits, - and _. Unique on its server within the app.
 */
export type Name1 = string
/**
 * Five fields: minute, hour, day of the month, month, day of the week.
 */
export type CronExpression = string
/**
 * One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
 */
export type Command3 = string
/**
 * Commands that run at fixed times on this server.
 *
 * @maxItems 100
 */
export type Cron = CronEntry[]
/**
 * Servers of the cluster that this app runs on, and what runs there. A server that is not listed gets nothing.
 *
 * @maxItems 500
 */
export type Servers = Server[]
/**
 * A TCP port.
 */
export type Port = number
/**
 * An htpasswd file beside the definition.
 */
export type PasswordFile = string
/**
 * The certificate with its chain, on the server.
 */
export type Certificate = string
/**
 * Its private key, on the server.
 */
export type PrivateKey = string
/**
 * A file beside the definition with what must be said by hand, inside the site's server block.
 */
export type Include = string

/**
 * An app: one repository, the servers it runs on and what runs there. A server that is not listed gets nothing of it.
 */
export interface AppFile {
  extends?: BaseFile
  repo: Repository
  deploy_key?: DeployKey
  release_from?: Branches
  subdirectory?: Subdirectory
  php: PHPVersion
  cluster: ClusterName
  domain?: Domain
  domains?: Domains
  redirects?: Redirects
  public_dir?: PublicDirectory
  composer_command?: ComposerCommand
  composer_auth?: ComposerCredentials
  build?: Build
  release_commands?: ReleaseCommands
  after_commands?: AfterCommands
  linked_dirs?: LinkedDirectories
  linked_files?: LinkedFiles
  keep_releases?: ReleasesToKeep
  keep_assets?: AssetsToKeep
  health_check?: HealthCheck
  php_ini?: PHPSettings
  request_duration?: RequestDuration
  request_payload?: RequestPayload
  request_memory?: RequestMemory
  servers?: Servers
  nginx?: Nginx
}
/**
 * Domains that answer with a redirect to another one.
 */
export interface Redirects {
  [k: string]: HostName
}
/**
 * Commands that run on the controller before the upload, without keys or agent.
 */
export interface Build {
  commands: BuildCommands
}
export interface HealthCheck1 {
  path: Path
  host?: HostName1
  status?: Status
  timeout?: Timeout
  retries?: Retries
}
/**
 * php.ini directives for this app, over the cluster's.
 */
export interface PHPSettings {
  [k: string]: PHPSetting
}
/**
 * What runs on this server.
 */
export interface Server {
  name: ServerName
  web?: Web
  deploy_commands?: DeployCommands
  queues?: Queues
  daemons?: Daemons
  scheduler?: Scheduler
  cron?: Cron
}
/**
 * Requests are answered here, by a PHP-FPM pool of this size.
 */
export interface Web {
  pm?: ProcessManager
  max_workers: WorkersAtMost
  min_spare_workers?: SpareWorkersAtLeast
  initial_workers?: WorkersAtTheStart
  max_spare_workers?: SpareWorkersAtMost
}
export interface Queue {
  name: Name
  command: Command1
  workers?: Workers
  stop_wait_timeout?: StopWaitTimeout
}
export interface Daemon {
  name: Name
  command: Command2
  workers?: Workers
  stop_wait_timeout?: StopWaitTimeout
}
export interface CronEntry {
  name: Name1
  at: CronExpression
  command: Command3
}
/**
 * What the app's site needs beyond the usual.
 */
export interface Nginx {
  proxy?: Proxy
  basic_auth?: PasswordFile
  tls?: TLS
  include?: Include
}
/**
 * Paths that go to a local port, websockets too.
 */
export interface Proxy {
  [k: string]: Port
}
/**
 * Files on the server; a renewed one is a reload.
 */
export interface TLS {
  certificate: Certificate
  key: PrivateKey
}
