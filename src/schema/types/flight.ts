// Made from schemas/flight.json by `npm run generate`: do not edit.

/**
 * root, or a user with sudo -n.
 */
export type LoginUser = string
/**
 * A TCP port.
 */
export type Port = number
/**
 * As ssh's ProxyJump: [user@]host[:port], several separated by commas.
 */
export type JumpHost = string
/**
 * The key to log in with; without it the agent and ssh's usual files.
 */
export type PrivateKey = string
/**
 * Use sudo -n when the login user is not root.
 */
export type BecomeRoot = true | false | 'on' | 'off' | 'yes' | 'no'
/**
 * Seconds to wait for a connection.
 */
export type ConnectTimeout = number
/**
 * auto chooses; openssh uses the ssh program (hardware keys, certificates).
 */
export type Transport = 'auto' | 'ssh2' | 'openssh'
/**
 * How many servers are worked on at the same time.
 */
export type ParallelServers = number
/**
 * How many web servers of an app may reload at once: a number, a share such as 25%, or half.
 */
export type ReloadsAtOnce = number | string
/**
 * How many releases stay on a server. Those in use are always kept.
 */
export type ReleasesToKeep = number
/**
 * auto: the distribution when it has the version, Sury's packages otherwise. Or a repository of your own.
 */
export type WherePHPComesFrom = WellKnownSource | OwnSource
export type WellKnownSource = 'auto' | 'distro' | 'sury'
/**
 * The address of the apt repository.
 */
export type Repository = string
/**
 * A word without spaces.
 */
export type Suite = string
/**
 * Usually the release's name.
 *
 * @minItems 1
 * @maxItems 10
 */
export type Suites = Suite[]
/**
 * A word without spaces.
 */
export type Component = string
/**
 * Usually main; none for a flat repository.
 *
 * @maxItems 10
 */
export type Components = Component[]
/**
 * Where the key is fetched from.
 */
export type KeyAddress = string
/**
 * All 40 (or 64) hexadecimal digits, spaces allowed.
 */
export type Fingerprint = string
/**
 * A keyring that is on the server already.
 */
export type Keyring = string
/**
 * One apt preference or several, so that the repository gives only what it shall.
 */
export type Pins = Pin | Pin[]
/**
 * Names or patterns, separated by spaces.
 */
export type Packages = string
/**
 * As in apt_preferences: release …, origin … or version ….
 */
export type PinExpression = string
/**
 * Below 100 only when nothing else has it, 500 as usual, 1000 and more even downgrades.
 */
export type Priority = number
/**
 * On the controller: mirrors, artifacts, receipts, the store of serve.
 */
export type StateFolder = string
/**
 * Where plan files under review lie.
 */
export type PlansFolder = string

/**
 * How to reach servers, defaults and policy of a definitions folder. Everything is optional.
 */
export interface FlightFile {
  ssh?: SSH
  parallel?: ParallelServers
  serial?: ReloadsAtOnce
  keep_releases?: ReleasesToKeep
  php_source?: WherePHPComesFrom
  state?: StateFolder
  plans?: PlansFolder
}
/**
 * How servers are reached. What is not said here is left to ~/.ssh/config.
 */
export interface SSH {
  user?: LoginUser
  port?: Port
  jump?: JumpHost
  identity_file?: PrivateKey
  become?: BecomeRoot
  connect_timeout?: ConnectTimeout
  transport?: Transport
}
export interface OwnSource {
  uri: Repository
  suites: Suites
  components: Components
  key: SigningKey
  pin?: Pins
}
/**
 * { url, fingerprint }: fetched, and accepted only with this fingerprint. { path }: a keyring that is on the server already.
 */
export interface SigningKey {
  url?: KeyAddress
  fingerprint?: Fingerprint
  path?: Keyring
}
/**
 * One apt preference.
 */
export interface Pin {
  packages: Packages
  pin: PinExpression
  priority: Priority
}
