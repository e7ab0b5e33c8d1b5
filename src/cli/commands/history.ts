import { scoping } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'

export default class History extends FlightCommand {
  static override summary = 'Say what was done, when and by whom'
  static override description =
    'As the servers remember it, the newest first. Exit code 6 when a server could not be asked.'
  static override flags = { cluster: scoping.cluster, server: scoping.server }
  static override examples = ['<%= config.bin %> history', '<%= config.bin %> history --cluster production']

  async run(): Promise<number> {
    const { flags } = await this.parse(History)
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('history', flags, async (session) => {
      const { askEach } = await import('../../operations/fleet/ask-each.ts')
      const { historyRow } = await import('../../operations/fleet/history.ts')
      const { scopeOf, serversInScope } = await import('../../operations/scope.ts')
      const { showAnswers } = await import('../everywhere/fleet-answer.ts')
      const { historyText } = await import('../../views/history-text.ts')
      const servers = serversInScope(scopeOf(flags, session.definitions), session.definitions)
      const { answers, problems } = await askEach(session, servers, (host) => host.history())
      const rows = answers.flatMap(({ server, answer }) =>
        answer.flatMap((line) => historyRow(server.name, line) ?? []),
      )
      session.endProgress()
      return showAnswers(flags, problems, { document: { history: rows }, text: (shape) => historyText(rows, shape) })
    })
  }
}
