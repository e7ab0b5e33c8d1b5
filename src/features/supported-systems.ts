import { FlightError, onServer } from '../model/errors.ts'
import type { PhpVersion } from '../model/definitions.ts'
import type { System } from '../model/server.ts'

// A system that Flight knows: the PHP that it brings itself, what its nginx cannot do, and where that takes http2.
export type KnownSystem = { php: PhpVersion; rejectsHandshakes: boolean; http2: 'listen' | 'directive' }

// Which PHP a distribution has is known, not asked. nginx can reject TLS handshakes from 1.19.4 on; jammy has 1.18. It
// knows `http2 on` from 1.25.1 on (fatal before), and warns of `listen … http2` since; noble has 1.24, trixie 1.26.
const SYSTEMS: Readonly<Record<string, KnownSystem>> = {
  'debian bookworm': { php: '8.2', rejectsHandshakes: true, http2: 'listen' },
  'debian trixie': { php: '8.4', rejectsHandshakes: true, http2: 'directive' },
  'ubuntu jammy': { php: '8.1', rejectsHandshakes: false, http2: 'listen' },
  'ubuntu noble': { php: '8.3', rejectsHandshakes: true, http2: 'listen' },
}

// The system's entry, or FLIGHT_UNSUPPORTED_SYSTEM by name.
export function knownSystem(system: System, server: string): KnownSystem {
  const known = SYSTEMS[`${system.id} ${system.codename}`]
  if (known !== undefined) return known
  throw new FlightError({
    code: 'FLIGHT_UNSUPPORTED_SYSTEM',
    ...onServer(server),
    what: `${system.name === '' ? 'an unknown system' : system.name} is not supported`,
    hint: 'Flight works with Debian 12 and 13 and Ubuntu 22.04 and 24.04',
  })
}
