import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { decrypting, scoping } from '../../everywhere/flags.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class EnvDiff extends FlightCommand {
  static override summary = "Show on which keys an app's environment files differ"
  static override description =
    "Keys that are added, removed, changed; never a value. With FILE: what it has beyond the servers' files, and " +
    'what changed on each side since it was pulled. Without: how the servers differ among each other. Changes ' +
    'nothing. ' +
    'Exit code 6 when a server could not be asked.'
  static override args = {
    app: Args.string({ required: true, description: 'the app' }),
    file: Args.string({
      description: 'a file here, plain or encrypted; otherwise .env.APP or .env.APP.age, where one exists',
    }),
  }
  static override flags = {
    server: scoping.server,
    identity: decrypting.identity,
    'detailed-exitcode': Flags.boolean({ default: false, description: 'exit code 2 when something differs' }),
  }
  static override examples = [
    { description: 'do the servers of shop agree?', command: '<%= config.bin %> env:diff shop' },
    { description: 'what a local file would change', command: '<%= config.bin %> env:diff shop .env.shop' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(EnvDiff)
    const { withTerminalSession } = await import('../../everywhere/session.ts')
    return withTerminalSession('env:diff', flags, async (session) => {
      const { diffEnvironments, isDifferent } = await import('../../../operations/environment/diff.ts')
      const { showAnswers } = await import('../../everywhere/fleet-answer.ts')
      const { differenceText } = await import('../../../views/environment-text.ts')
      const { app, file } = args
      const { server: only = [], identity: identities = [] } = flags
      const found = await diffEnvironments(session, { app, file, only, identities })
      const { problems, ...difference } = found
      const exit = await showAnswers(flags, problems, {
        document: { app, ...difference },
        text: (shape) => differenceText({ app, ...difference }, shape),
      })
      return exit === 0 && flags['detailed-exitcode'] && isDifferent(found) ? 2 : exit
    })
  }
}
