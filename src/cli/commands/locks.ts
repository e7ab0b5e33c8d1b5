import { scoping } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'

export default class Locks extends FlightCommand {
  static override summary = 'Say who holds which server'
  static override description =
    'A lock lives as long as the run that holds it: nothing has to be cleaned up. Exit code 6 when a server could ' +
    'not be asked.'
  static override flags = { cluster: scoping.cluster, server: scoping.server }
  static override examples = ['<%= config.bin %> locks', '<%= config.bin %> locks --server web-1']

  async run(): Promise<number> {
    const { flags } = await this.parse(Locks)
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('locks', flags, async (session) => {
      const { askEach } = await import('../../operations/fleet/ask-each.ts')
      const { scopeOf, serversInScope } = await import('../../operations/scope.ts')
      const { showAnswers } = await import('../everywhere/fleet-answer.ts')
      const { locksText } = await import('../../views/locks-text.ts')
      const servers = serversInScope(scopeOf(flags, session.definitions), session.definitions)
      const { answers, problems } = await askEach(session, servers, (host) => host.holders())
      const rows = answers.flatMap(({ server, answer }) =>
        (answer.length === 0 ? [undefined] : answer).map((holder) => ({ server: server.name, holder })),
      )
      session.endProgress()
      return showAnswers(flags, problems, {
        document: { locks: rows.map(({ server, holder }) => ({ server, holder: holder ?? null })) },
        text: (shape) => locksText(rows, shape),
      })
    })
  }
}
