import type { PhpSource, PhpVersion } from '../model/definitions.ts'
import { FlightError, onServer } from '../model/errors.ts'
import type { AptSourceDesired } from '../model/resource.ts'
import type { System } from '../model/server.ts'
import type { ServerFeature } from './feature.ts'
import { knownSystem } from './supported-systems.ts'

// Where PHP comes from that the distribution does not have. The key is fetched by the server and pinned by fingerprint:
// a shipped copy goes stale, because its expiry is extended from time to time.
const SURY = {
  uri: 'https://packages.sury.org/php/',
  key: { url: 'https://packages.sury.org/php/apt.gpg', fingerprint: '15058500A0235D97F5D10063B188E2B695BD4743' },
}
const ONDREJ = {
  uri: 'https://ppa.launchpadcontent.net/ondrej/php/ubuntu/',
  key: {
    url: 'https://keyserver.ubuntu.com/pks/lookup?op=get&search=0xB8DC7E53946656EFBCE4C1DD71DAEAAB4AD4CAB6',
    fingerprint: 'B8DC7E53946656EFBCE4C1DD71DAEAAB4AD4CAB6',
  },
}

// The repository that PHP comes from where the distribution is not enough, or where the definition names one.
export const phpSourceFeature: ServerFeature = ({ cluster, server, system }) => {
  const { php } = knownSystem(system, server.name)
  const lacking = cluster.php.filter((version) => version !== php)
  const source = cluster.phpSource
  if (source.kind === 'distro' && lacking.length > 0) throw lacks(server.name, system, lacking, php)
  if (source.kind === 'distro' || (source.kind === 'auto' && lacking.length === 0)) return []
  const desired = source.kind === 'custom' ? custom(source) : publicSource(system)
  return [{ kind: 'apt-source', name: desired.name, feature: 'PHP source', desired }]
}

function custom({ uri, suites, components, key, pin }: Extract<PhpSource, { kind: 'custom' }>): AptSourceDesired {
  return { name: 'flight-php', uri, suites, components, key, pin }
}

function publicSource(system: System): AptSourceDesired {
  const { uri, key } = system.id === 'ubuntu' ? ONDREJ : SURY
  return { name: 'flight-php', uri, suites: [system.codename], components: ['main'], key, pin: [] }
}

function lacks(server: string, system: System, versions: readonly PhpVersion[], has: PhpVersion): FlightError {
  return new FlightError({
    code: 'FLIGHT_NO_PHP_SOURCE',
    ...onServer(server),
    what: `${system.name} has PHP ${has}, not ${versions.join(', ')}, and php_source is distro`,
    hint: 'set `php_source: auto`, or name a repository that has it',
  })
}
