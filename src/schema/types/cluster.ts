// Made from schemas/cluster.json by `npm run generate`: do not edit.

/**
 * A file of the same folder whose name begins with _. Its mappings are merged with this one, its lists and values are replaced.
 */
export type BaseFile = string
/**
 * MAJOR.MINOR. A version that ends in 0 must be quoted ("8.10"): YAML reads the bare number as 8.1.
 */
export type PHPVersion = number | string
/**
 * Every version that an app of this cluster may use.
 *
 * @minItems 1
 * @maxItems 10
 */
export type PHPVersions = PHPVersion[]
/**
 * Seconds an HTTP request may take.
 */
export type RequestDuration = number
/**
 * Megabytes an HTTP request may carry.
 */
export type RequestPayload = number
/**
 * Megabytes an HTTP request may use.
 */
export type RequestMemory = number
/**
 * The extension's own name, without php8.2-.
 */
export type PHPExtension = string
/**
 * On top of the common Laravel set, for every PHP version: gd, not php8.2-gd.
 *
 * @maxItems 100
 */
export type PHPExtensions = PHPExtension[]
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
 * When PHP-FPM is reloaded gracefully in low traffic, so that OPcache starts fresh.
 */
export type PHPReload = string
/**
 * A value on one line, without double quotes, backslashes or ${ }.
 */
export type PHPSetting = string | number | boolean
/**
 * The name alone, without a version.
 */
export type PackageName = string
/**
 * More packages that every server of the cluster needs.
 *
 * @maxItems 200
 */
export type Packages1 = PackageName[]
/**
 * An IPv4 or IPv6 address, or a network.
 */
export type AddressOrNetwork = string
/**
 * Addresses and networks whose X-Forwarded-For is believed.
 *
 * @maxItems 200
 */
export type LoadBalancers = AddressOrNetwork[]
/**
 * Where the phar is fetched from.
 */
export type Address = string
/**
 * The SHA-256 of the phar: 64 hexadecimal digits.
 */
export type Digest = string
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
 * How this server is called everywhere in Flight. Unique in the whole folder.
 */
export type ServerName = string
/**
 * A host name, an address, or a Host alias of ~/.ssh/config.
 */
export type Host = string
/**
 * Whether nginx and PHP-FPM answer requests here.
 */
export type WebServer = true | false | 'on' | 'off' | 'yes' | 'no'
/**
 * The servers of this cluster.
 *
 * @minItems 1
 * @maxItems 500
 */
export type Servers = Server[]

/**
 * A cluster: servers that are alike, and the PHP versions on them.
 */
export interface ClusterFile {
  extends?: BaseFile
  php: PHPVersions
  request_duration?: RequestDuration
  request_payload?: RequestPayload
  request_memory?: RequestMemory
  php_extensions?: PHPExtensions
  php_source?: WherePHPComesFrom
  php_reload?: PHPReload
  php_ini?: PHPSettings
  packages?: Packages1
  real_ip?: LoadBalancers
  composer?: Composer
  ssh?: SSH
  servers: Servers
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
/**
 * php.ini directives for every app of the cluster.
 */
export interface PHPSettings {
  [k: string]: PHPSetting
}
/**
 * Composer as a phar of one exact digest, instead of the distribution's package.
 */
export interface Composer {
  url: Address
  sha256: Digest
}
/**
 * How the servers of this cluster are reached; each entry stands over that of flight.yml.
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
/**
 * One server: its name, how to reach it, what it does.
 */
export interface Server {
  name: ServerName
  host: Host
  web_server?: WebServer
  ssh?: SSH1
}
/**
 * How this one server is reached; each entry stands over the cluster's.
 */
export interface SSH1 {
  user?: LoginUser
  port?: Port
  jump?: JumpHost
  identity_file?: PrivateKey
  become?: BecomeRoot
  connect_timeout?: ConnectTimeout
  transport?: Transport
}
