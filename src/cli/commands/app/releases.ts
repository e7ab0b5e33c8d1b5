import * as Args from '@oclif/core/args'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class AppReleases extends FlightCommand {
  static override summary = 'Show which release of an app is where'
  static override description =
    'Every release that its servers know, the newest first: which one is live since when, by whom, and what became ' +
    'of the others. Servers that differ stand out. Changes nothing. Exit code 6 when a server could not be asked.'
  static override args = { app: Args.string({ required: true, description: 'the app' }) }
  static override examples = ['<%= config.bin %> app:releases shop', '<%= config.bin %> app:releases shop --json']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(AppReleases)
    const { withTerminalSession } = await import('../../everywhere/session.ts')
    return withTerminalSession('app:releases', flags, async (session) => {
      const { askEach } = await import('../../../operations/fleet/ask-each.ts')
      const { appNamed, serversOf } = await import('../../../operations/scope.ts')
      const { showAnswers } = await import('../../everywhere/fleet-answer.ts')
      const { releaseRows } = await import('../../../operations/release/release-rows.ts')
      const { releasesText } = await import('../../../views/releases-text.ts')
      const app = appNamed(args.app, session.definitions)
      const query = { fact: 'releases', app: app.name } as const
      const servers = serversOf(session.definitions).filter(
        ({ name, cluster }) => cluster === app.cluster && app.servers.some((on) => on.name === name),
      )
      const { answers, problems } = await askEach(session, servers, async (host) =>
        (await host.probe([query])).get(query),
      )
      const rows = releaseRows(answers.map(({ server, answer }) => ({ server: server.name, said: answer })))
      session.endProgress()
      return showAnswers(flags, problems, {
        document: { app: app.name, releases: rows },
        text: (shape) => (answers.length === 0 ? 'No server could be asked.\n' : releasesText(rows, shape)),
      })
    })
  }
}
