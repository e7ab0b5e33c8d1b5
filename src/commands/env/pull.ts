import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { scoping } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'

export default class EnvPull extends FlightCommand {
  static override summary = "Fetch an app's environment file into a file that only you may read"
  static override description =
    'From the first of its servers that has one, to the byte, mode 0600. Says so when the servers differ, and on which keys; never a value. Refuses a file that git would track, and one that was edited here since it was pulled. Changes nothing on any server.'
  static override args = {
    app: Args.string({ required: true, description: 'the app' }),
    file: Args.string({ description: 'where to; otherwise .env.APP' }),
  }
  static override flags = {
    server: scoping.server,
    force: Flags.boolean({ default: false, description: 'overwrite what was edited here' }),
  }
  static override examples = [
    '<%= config.bin %> env:pull shop',
    { description: 'from one server, into another file', command: '<%= config.bin %> env:pull shop ~/shop.env --server shop-1' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(EnvPull)
    const { withSession } = await import('../run/session.ts')
    return withSession('env:pull', flags, async (session) => {
      const { pullEnvironment } = await import('../run/pull-environment.ts')
      return pullEnvironment(session, { ...args, ...flags })
    })
  }
}
