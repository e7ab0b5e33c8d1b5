// Every way Flight can refuse or fail: a stable code and the
// exit code that belongs to it (docs/errors.md explains each).
export const EXIT_OF_CODE = {
  FLIGHT_USAGE: 5,
  FLIGHT_NO_DEFINITIONS: 5,
  FLIGHT_YAML: 5,
  FLIGHT_SCHEMA: 5,
  FLIGHT_REFERENCE: 5,
  FLIGHT_ENV_UNREADABLE: 5,
  FLIGHT_REPO_REFUSED: 5,
  FLIGHT_COMMIT: 5,
  FLIGHT_PLAN_UNREADABLE: 3,
  FLIGHT_PLAN_FORMAT: 3,
  FLIGHT_PLAN_EDITED: 3,
  FLIGHT_PLAN_OTHER_DEFINITIONS: 3,
  FLIGHT_PLAN_NOT_EXPECTED: 3,
  FLIGHT_STALE_PLAN: 3,
  FLIGHT_LOCKED: 4,
  FLIGHT_LOCK_LOST: 6,
  FLIGHT_UNREACHABLE: 6,
  FLIGHT_HOST_KEY_UNKNOWN: 6,
  FLIGHT_HOST_KEY_CHANGED: 6,
  FLIGHT_AUTHENTICATION: 6,
  FLIGHT_NO_SUDO: 6,
  FLIGHT_CONNECTION_LOST: 6,
  FLIGHT_REPO: 6,
  FLIGHT_SERVER_ANSWER: 1,
  FLIGHT_UNSUPPORTED_SYSTEM: 1,
  FLIGHT_NO_PHP_SOURCE: 1,
  FLIGHT_CONFLICT: 1,
  FLIGHT_UNKNOWN_PACKAGE: 1,
  FLIGHT_WOULD_UPGRADE: 1,
  FLIGHT_STEP_FAILED: 1,
  FLIGHT_BAD_CONFIGURATION: 1,
  FLIGHT_KEY_REFUSED: 1,
  FLIGHT_ARTIFACT: 1,
  FLIGHT_BUILD_FAILED: 1,
  FLIGHT_NOT_CONVERGED: 1,
  FLIGHT_CUT_OFF: 1,
  FLIGHT_COMMAND_FAILED: 1,
  FLIGHT_UNHEALTHY: 1,
  FLIGHT_RELEASE: 1,
  FLIGHT_OLDER: 1,
  FLIGHT_STORE: 1,
  FLIGHT_WENT_BACK: 7,
  FLIGHT_NOT_CONFIRMED: 5,
  FLIGHT_INTERRUPTED: 130,
} as const

export type ErrorCode = keyof typeof EXIT_OF_CODE

// One thing that is wrong: `where` is a place as people read it (file:line:column, a server and what of it), `hint` the
// way out. What is decided about a problem is decided by its other fields.
export type Problem = {
  code: ErrorCode
  where: string
  what: string
  hint?: string
  server?: string // whose problem it is: the name of a server
  address?: string // the resource that it is about
  cause?: { server: string } // it only follows from what went wrong on that server
}

// A problem that a server has.
export type ServerProblem = Problem & { server: string }

type OnServer = { server: string; where: string; address?: string }

// Where the problem of a server is: the server as a whole, or a place there as people call it.
export function onServer(server: string, place = ''): OnServer {
  return { server, where: place === '' ? server : `${server} ${place}` }
}

// Where the problem of one resource is.
export function onResource(server: string, address: string): OnServer {
  return { server, address, where: address }
}

// What of its server a problem is about: what onServer or onResource were told; '' where it is the server as a whole.
export function placeOf({ server, where, address }: ServerProblem): string {
  return address ?? where.slice(server.length).replace(/^[ :]+/, '')
}

// What follows from another server's problem, after the problems themselves: the first one decides the exit code.
export function causesFirst<P extends Problem>(problems: readonly P[]): P[] {
  return [
    ...problems.filter(({ cause }) => cause === undefined),
    ...problems.filter(({ cause }) => cause !== undefined),
  ]
}

// A mistake of the user or a fault of the world, never a bug of Flight: shown as sentences, without a stack.
export class FlightError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[] | Problem) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem]
    super(list.map((p) => `${p.where === '' ? '' : `${p.where}: `}${p.what}`).join('\n'))
    this.name = 'FlightError'
    this.problems = list
  }

  // The first problem decides (product.md: the first failed check wins).
  get exit(): number {
    const first = this.problems[0]
    return first === undefined ? 1 : EXIT_OF_CODE[first.code]
  }
}
