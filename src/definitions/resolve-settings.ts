import type { Cluster, PhpSource, Settings, SourceKey, SourcePin } from '../model/definitions.ts'
import type { SshSettings } from '../model/server.ts'
import type { ClusterFile } from '../schema/types/cluster.ts'
import type { FlightFile } from '../schema/types/flight.ts'
import { at, items, type Node, plain } from './node.ts'
import { phpVersion, sortedVersions } from './php-version.ts'
import { iniOf, isOn, localPath } from './plain-values.ts'
import { resolveServe } from './resolve-serve.ts'
import { serialIn } from './serial.ts'

// A valid flight.yml (or none) with its defaults; `phpSource` is the clusters' default.
export function resolveSettings(node: Node | undefined, root: string): { settings: Settings; phpSource: PhpSource } {
  const file = (node === undefined ? {} : plain(node)) as FlightFile
  return {
    settings: {
      ssh: resolveSsh(file.ssh, DEFAULT_SSH, root),
      parallel: file.parallel ?? 16,
      serial: serialIn(String(file.serial ?? 'half')) as Settings['serial'],
      keepReleases: file.keep_releases ?? 5,
      state: localPath(file.state ?? '~/.local/state/flight', root),
      plans: localPath(file.plans ?? 'plans/', root),
      serve: resolveServe(file.serve ?? {}, root),
    },
    phpSource: resolvePhpSource(file.php_source, { kind: 'auto' }),
  }
}

// What a cluster takes over from flight.yml.
type ClusterDefaults = { root: string; ssh: SshSettings; phpSource: PhpSource }

// A valid cluster with its defaults.
export function resolveCluster(name: string, file: string, node: Node, defaults: ClusterDefaults): Cluster {
  const written = plain(node) as ClusterFile
  const ssh = resolveSsh(written.ssh, defaults.ssh, defaults.root)
  return {
    name,
    file,
    php: sortedVersions(items(at(node, 'php')).map((version) => phpVersion(version) as string)),
    requestDuration: written.request_duration ?? 30,
    requestPayload: written.request_payload ?? 10,
    requestMemory: written.request_memory ?? 512,
    phpExtensions: written.php_extensions ?? [],
    phpSource: resolvePhpSource(written.php_source, defaults.phpSource),
    phpReload: written.php_reload?.replace(/ +/g, ' '),
    phpIni: iniOf(at(node, 'php_ini')),
    packages: written.packages ?? [],
    realIp: written.real_ip ?? [],
    composer:
      written.composer === undefined
        ? undefined
        : { url: written.composer.url, sha256: written.composer.sha256.toLowerCase() },
    servers: written.servers.map((server) => ({
      name: server.name,
      cluster: name,
      host: server.host,
      webServer: isOn(server.web_server, false),
      ssh: resolveSsh(server.ssh, ssh, defaults.root),
    })),
  }
}

// An ssh section as a user writes it, in flight.yml, a cluster or a server.
type SshSection = {
  user?: string
  port?: number
  jump?: string
  identity_file?: string
  become?: boolean | 'on' | 'off' | 'yes' | 'no'
  connect_timeout?: number
  transport?: 'auto' | 'ssh2' | 'openssh'
}

const DEFAULT_SSH: SshSettings = {
  user: undefined,
  port: undefined,
  jump: undefined,
  identityFile: undefined,
  become: true,
  connectTimeout: 10,
  transport: 'auto',
}

// Each entry of `section` stands over that of `under`.
function resolveSsh(section: SshSection | undefined, under: SshSettings, root: string): SshSettings {
  if (section === undefined) return under
  return {
    user: section.user ?? under.user,
    port: section.port ?? under.port,
    jump: section.jump ?? under.jump,
    identityFile: section.identity_file === undefined ? under.identityFile : localPath(section.identity_file, root),
    become: isOn(section.become, under.become),
    connectTimeout: section.connect_timeout ?? under.connectTimeout,
    transport: section.transport ?? under.transport,
  }
}

// A valid php_source; absent is `fallback`.
function resolvePhpSource(source: ClusterFile['php_source'], fallback: PhpSource): PhpSource {
  if (source === undefined) return fallback
  if (typeof source === 'string') return { kind: source }
  const pin = source.pin ?? []
  return {
    kind: 'custom',
    uri: source.uri,
    suites: source.suites,
    components: source.components,
    key: keyOf(source.key),
    pin: (Array.isArray(pin) ? pin : [pin]).map((one: SourcePin) => ({ ...one })),
  }
}

function keyOf(key: { url?: string; fingerprint?: string; path?: string }): SourceKey {
  if (key.path !== undefined) return { path: key.path }
  return { url: key.url as string, fingerprint: (key.fingerprint as string).replaceAll(' ', '').toUpperCase() }
}
