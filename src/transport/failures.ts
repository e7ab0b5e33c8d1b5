import { FlightError, onServer } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'
import { networkAddress, type Route } from './route.ts'

const REASONS: Record<string, { what: string; hint: string }> = {
  ECONNREFUSED: { what: 'refuses the connection', hint: 'Does sshd run there, and on this port?' },
  ETIMEDOUT: { what: 'does not answer', hint: 'Is the server up, and does a firewall let this machine through?' },
  EHOSTUNREACH: { what: 'cannot be reached: no route to the host', hint: 'Is a VPN or a jump host needed from here?' },
  ENETUNREACH: {
    what: 'cannot be reached: no route to its network',
    hint: 'Is a VPN or a jump host needed from here?',
  },
  ENOTFOUND: {
    what: 'cannot be found: the name does not resolve',
    hint: 'Is the host name spelled as in DNS or ~/.ssh/config?',
  },
  EAI_AGAIN: { what: 'cannot be found: the name server does not answer', hint: 'Does DNS work on this machine?' },
  ECONNRESET: {
    what: 'hung up',
    hint: 'sshd may be at its MaxStartups limit, or a firewall or fail2ban closes the connection.',
  },
}

const REASONS_IN_TEXT: [RegExp, string][] = [
  [/Could not resolve hostname|Name or service not known|Temporary failure in name resolution/, 'ENOTFOUND'],
  [/Connection refused/, 'ECONNREFUSED'],
  [/timed out|Connection timeout/, 'ETIMEDOUT'],
  [/No route to host/, 'EHOSTUNREACH'],
  [/Network is unreachable/, 'ENETUNREACH'],
]

// The socket's error that the words of ssh or sshd stand for; they give no code.
export function reasonInText(text: string): string | undefined {
  return REASONS_IN_TEXT.find(([pattern]) => pattern.test(text))?.[1]
}

// A server that cannot be talked to, with the address, the reason and what to look at.
export function unreachable(route: Route, reason: string, via: string | undefined): FlightError {
  const known = REASONS[reason] ?? { what: `cannot be reached: ${briefly(reason)}`, hint: 'Look at it with ssh -v.' }
  const through = via === undefined ? '' : ` (through the jump host ${via})`
  return new FlightError({
    code: 'FLIGHT_UNREACHABLE',
    ...onServer(route.server),
    what: `${networkAddress(route)} ${known.what}${through}`,
    hint: known.hint,
  })
}

export function noAnswerInTime(
  route: Route,
  doing: string,
  milliseconds: number,
  via: string | undefined,
): FlightError {
  const through = via === undefined ? '' : ` (through the jump host ${via})`
  return new FlightError({
    code: 'FLIGHT_UNREACHABLE',
    ...onServer(route.server),
    what: `${networkAddress(route)} did not ${doing} within ${milliseconds / 1000} s${through}`,
    hint:
      'Is the server up, and does a firewall let this machine through? `connect_timeout` says how long Flight ' +
      'waits.',
  })
}

export function connectionLost(server: string, why: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_CONNECTION_LOST',
    ...onServer(server),
    what: `the connection was lost${why === '' ? '' : `: ${briefly(why)}`}`,
    hint: 'Run the command again: what was under way is looked at first, nothing is started twice.',
  })
}

// Nobody let us in: who asked, where, with what, and what can be done.
export function notLetIn(route: Route, offered: readonly string[], reason: string | undefined): FlightError {
  const tried = offered.length === 0 ? 'no identity could be offered' : `offered: ${offered.join(', ')}`
  return new FlightError({
    code: 'FLIGHT_AUTHENTICATION',
    ...onServer(route.server),
    what:
      `${route.user}@${networkAddress(route)} does not let us in ` +
      `(${tried})${reason === undefined ? '' : `: ${briefly(reason)}`}`,
    hint:
      offered.length === 0
        ? 'Name a key with `identity_file`, or add one to the agent with ssh-add. Passwords are not used.'
        : `Put one of these public keys into ~${route.user}/.ssh/authorized_keys there, or name another with ` +
          `\`identity_file\`.`,
  })
}

export function interrupted(server: string): FlightError {
  return new FlightError({ code: 'FLIGHT_INTERRUPTED', ...onServer(server), what: 'interrupted while connecting' })
}

// The code of a socket's error; node wraps several attempts (IPv6, IPv4) into one AggregateError.
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[error.errors.length - 1])
  if (!(error instanceof Error)) return String(error)
  const code = (error as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : error.message
}
