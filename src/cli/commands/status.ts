import { scoping } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'

export default class Status extends FlightCommand {
  static override summary = 'Show the fleet at a glance'
  static override description =
    'Every server, its system, and what is out of the ordinary. Changes nothing. Exit code 6 when a server could ' +
    'not be asked.'
  static override flags = { cluster: scoping.cluster, server: scoping.server }
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --cluster production --json']

  async run(): Promise<number> {
    const { flags } = await this.parse(Status)
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('status', flags, async (session) => {
      const { LOOKING, planConfiguration } = await import('../../operations/configuration.ts')
      const { showAnswers } = await import('../everywhere/fleet-answer.ts')
      const { statusRows } = await import('../../operations/fleet/status-rows.ts')
      const { statusText } = await import('../../views/status-text.ts')
      const plan = await planConfiguration(session, flags, LOOKING)
      const rows = statusRows(plan, session.definitions)
      session.endProgress()
      return showAnswers(flags, plan.missing, { document: { servers: rows }, text: (shape) => statusText(rows, shape) })
    })
  }
}
