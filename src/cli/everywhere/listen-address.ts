import { isIP } from 'node:net'
import { addressIn } from '../../definitions/resolve-serve.ts'
import { FlightError } from '../../model/errors.ts'

// --listen as it is written: an address of this machine and a port.
export function listenAddress(written: string): { host: string; port: number } {
  const { host, port } = addressIn(written)
  if (isIP(host) !== 0 && /:\d{1,5}$/.test(written) && port <= 65535) return { host, port }
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: '--listen',
    what: `must be an address of this machine and a port, is ${JSON.stringify(written.slice(0, 60))}`,
    hint: 'for example --listen 127.0.0.1:8180',
  })
}
