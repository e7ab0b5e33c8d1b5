import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { scoping } from '../../everywhere/flags.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class EnvPull extends FlightCommand {
  static override summary = "Fetch an app's environment file into a file that only you may read"
  static override description =
    'From the first of its servers that has one, to the byte, mode 0600. Says so when the servers differ, and on ' +
    'which keys; never a value. Refuses a file that git would track, and one that was edited here since it was ' +
    'pulled. ' +
    'With --encrypt age (the program) encrypts it, the plain text never lies on a disk, and git may track it. ' +
    'Changes ' +
    'nothing on any server.'
  static override args = {
    app: Args.string({ required: true, description: 'the app' }),
    file: Args.string({ description: 'where to; otherwise .env.APP, encrypted .env.APP.age' }),
  }
  static override flags = {
    server: scoping.server,
    encrypt: Flags.string({
      helpValue: 'KEYS',
      multiple: true,
      multipleNonGreedy: true,
      description: 'to the keys in this file: SSH public keys or age recipients, one a line (may be repeated)',
    }),
    force: Flags.boolean({ default: false, description: 'overwrite what was edited here' }),
  }
  static override examples = [
    '<%= config.bin %> env:pull shop',
    {
      description: 'from one server, into another file',
      command: '<%= config.bin %> env:pull shop ~/shop.env --server shop-1',
    },
    { description: 'encrypted, to be kept in git', command: '<%= config.bin %> env:pull shop --encrypt team.keys' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(EnvPull)
    const { withSession } = await import('../../../operations/session.ts')
    return withSession('env:pull', flags, async (session) => {
      const { pullEnvironment } = await import('../../../operations/environment/pull.ts')
      return pullEnvironment(session, { ...args, ...flags })
    })
  }
}
