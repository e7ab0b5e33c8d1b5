import type { ErrorCode, Problem } from '../../model/errors.ts'
import type { DoctorRow } from '../../views/doctor-text.ts'
import type { Answers } from './ask-each.ts'
import type { System } from '../../model/server.ts'

const CHECK_OF: Partial<Record<ErrorCode, string>> = {
  FLIGHT_UNREACHABLE: 'reachable',
  FLIGHT_HOST_KEY_UNKNOWN: 'host key',
  FLIGHT_HOST_KEY_CHANGED: 'host key',
  FLIGHT_AUTHENTICATION: 'login',
  FLIGHT_NO_SUDO: 'root or sudo -n',
  FLIGHT_UNSUPPORTED_SYSTEM: 'system',
}

// A row in JSON also has the code that docs/errors.md explains.
type Row = DoctorRow & { code?: ErrorCode }

// Whether each server lets us in, lets us act as root, and is a system that Flight knows.
export function serverRows({ answers, problems }: Answers<System>): Row[] {
  return [
    ...answers.map(({ server, answer }) => ({
      where: server.name,
      check: 'reached, root or sudo -n, system',
      ok: true,
      found: answer.name,
    })),
    ...problems.map(problemRow),
  ]
}

// A problem as a check that failed.
export function problemRow({ code, where, what, hint }: Problem): Row {
  return { where, check: CHECK_OF[code] ?? code, ok: false, code, found: what, ...(hint === undefined ? {} : { hint }) }
}
