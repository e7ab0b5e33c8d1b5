import { FlightCommand } from '../everywhere/flight-command.ts'
import { type Everywhere, scoping } from '../everywhere/flags.ts'
import { print, printJson } from '../everywhere/output.ts'
import { shapeOf } from '../everywhere/text-shape.ts'
import type { DoctorRow } from '../../views/doctor-text.ts'

export default class Doctor extends FlightCommand {
  static override summary = 'Check whether everything is there that is needed'
  static override description =
    'This machine (Node.js, git, ssh, keys), the definitions, and each server: can it be reached, is its host key ' +
    'known, does it let us in and act as root. Each with a way out. Changes nothing on any server.'
  static override flags = { cluster: scoping.cluster, server: scoping.server }
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --server web-1']

  async run(): Promise<number> {
    const { flags } = await this.parse(Doctor)
    const { machineRows } = await import('../../operations/fleet/doctor.ts')
    const machine = await machineRows()
    const wrong = await definitionProblems(flags)
    if (wrong !== undefined) return show([...machine, ...wrong.rows], wrong.exit, flags)
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('doctor', flags, async (session) => {
      const { definitionRows } = await import('../../operations/fleet/doctor.ts')
      const { askEach } = await import('../../operations/fleet/ask-each.ts')
      const { serverRows } = await import('../../operations/fleet/doctor.ts')
      const { scopeOf, serversInScope } = await import('../../operations/scope.ts')
      const { EXIT_OF_CODE } = await import('../../model/errors.ts')
      const { definitions } = session
      const servers = serversInScope(scopeOf(flags, definitions), definitions)
      const asked = await askEach(session, servers, (host) => host.system())
      const rows = [
        ...machine,
        { where: '', check: 'definitions', ok: true, found: definitions.root },
        ...(await definitionRows(definitions)),
        ...serverRows(asked),
      ]
      session.endProgress()
      const first = asked.problems[0]
      return show(rows, first === undefined ? 1 : EXIT_OF_CODE[first.code], flags)
    })
  }
}

async function definitionProblems(flags: Everywhere): Promise<{ rows: DoctorRow[]; exit: number } | undefined> {
  const { FlightError } = await import('../../model/errors.ts')
  const { problemRow } = await import('../../operations/fleet/doctor.ts')
  const { readDefinitions } = await import('../../operations/read-definitions.ts')
  try {
    await readDefinitions(flags)
    return undefined
  } catch (error) {
    if (error instanceof FlightError) return { rows: error.problems.map(problemRow), exit: error.exit }
    throw error
  }
}

// Answers with 0 when all is well, otherwise with the given exit code.
async function show(
  rows: readonly DoctorRow[],
  exit: number,
  flags: { json: boolean; 'no-color': boolean },
): Promise<number> {
  const ok = rows.every((row) => row.ok)
  if (flags.json) printJson({ ok, checks: rows })
  else print((await import('../../views/doctor-text.ts')).doctorText(rows, shapeOf(process.stdout, flags)))
  return ok ? 0 : exit
}
