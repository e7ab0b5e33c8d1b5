import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { stateBelowHome } from '../definitions/state-below-home.ts'
import { FlightError } from '../model/errors.ts'
import { readDefinitions } from '../operations/read-definitions.ts'
import { render } from '../shell/template.ts'

// What the unit runs and may touch; paths are absolute.
export type UnitParts = { user: string; bin: string; node: string; definitions: string; state: string; port: number }

const USUAL = ['/usr/local/bin', '/usr/bin', '/bin']

// The unit for the definitions folder of here, and its paths that it would not see. `bin`: flight itself.
export async function unitFor(
  from: { definitions: string | undefined },
  { user, bin: program }: { user: string; bin: string },
): Promise<{ state: string; unit: string; unseen: string[] }> {
  const { definitions } = await readDefinitions(from)
  const { root, settings } = definitions
  const below = await stateBelowHome(root)
  const state = below === undefined ? settings.state : join(await homeOf(user), below)
  const bin = resolve(program)
  const { port } = settings.serve.listen
  const unit = unitText({ user, bin, node: process.execPath, definitions: root, state, port })
  return { state, unit, unseen: [bin, root, state].filter((path) => /^\/(?:var\/)?tmp(?:\/|$)/.test(path)) }
}

// A hardened systemd unit for the deployment server.
export function unitText({ user, bin, node, definitions, state, port }: UnitParts): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: '--user',
      what: `must be the name of a user of this machine, is ${JSON.stringify(user.slice(0, 40))}`,
      hint: 'for example --user flight',
    })
  }
  if (/[\\"']/.test(bin)) {
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: bin,
      what: 'systemd starts no program whose path has a quote or a backslash',
      hint: 'link it into /usr/local/bin, and say --bin /usr/local/bin/flight',
    })
  }
  const path = [...new Set([dirname(node), ...USUAL])].join(delimiter)
  return render('serve-unit.service', {
    user,
    bin: word('flight itself', bin),
    definitions: word('the definitions folder', definitions),
    state: word('the state folder', state),
    path: word('the path of node', `PATH=${path}`),
    privilegedPort: port < 1024,
  })
}

// One word of a unit, whatever stands in it: systemd reads backslashes, quotes and % within quotes as well.
function word(what: string, text: string): string {
  if (/\p{Cc}/u.test(text)) {
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: JSON.stringify(text),
      what: `${what} has a line end or another control character in its path, which a unit cannot hold`,
      hint: 'rename it',
    })
  }
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/%/g, '%%')}"`
}

// The home of a user as /etc/passwd has it; where it has none yet, the one that useradd would give.
export async function homeOf(user: string, passwd = '/etc/passwd'): Promise<string> {
  const lines = (await readFile(passwd, 'utf8')).split('\n').map((line) => line.split(':'))
  return lines.find(([name]) => name === user)?.[5] ?? `/home/${user}`
}
