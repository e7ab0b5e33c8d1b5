import { FlightError, onServer } from '../../model/errors.ts'
import type { System } from '../../model/server.ts'
import { program } from '../../shell/program.ts'

// Shell that says what a server is.
export const systemScript = () => program('system')

export function parseSystem(output: string, server: string, loginUser: string): System {
  const [id = '', codename = '', name = '', arch = '', ipv6, init, uid] = output
    .split('\n')
    .map((line) => line.trim().slice(0, 100))
  if (uid !== '0') {
    throw new FlightError({
      code: 'FLIGHT_NO_SUDO',
      ...onServer(server),
      what: `logged in as ${loginUser}, who is not root, and \`become\` is off`,
      hint: 'log in as root, or set `become: true` in ssh: and allow this user `NOPASSWD: ALL` in sudoers',
    })
  }
  if (init !== 'systemd') {
    throw new FlightError({
      code: 'FLIGHT_UNSUPPORTED_SYSTEM',
      ...onServer(server),
      what: `${name || 'this system'} does not run systemd`,
      hint: 'Flight works with Debian 12 and 13 and Ubuntu 22.04 and 24.04, as they come',
    })
  }
  return { id, codename, name, arch, ipv6: ipv6 === 'yes' }
}
