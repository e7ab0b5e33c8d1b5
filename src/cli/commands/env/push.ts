import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { decrypting, pushing, scoping } from '../../everywhere/flags.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class EnvPush extends FlightCommand {
  static override summary = 'Bring an environment file to all servers of an app at once, or to none'
  static override description =
    'Shows which keys change, never a value, and asks. The file is written on all servers at the same moment; what ' +
    'the live release cached of its configuration is made anew, and workers restart after their job. When something ' +
    'fails, all servers have the file that they had (exit code 7). Refuses a file that was pulled before somebody ' +
    'else ' +
    'pushed, and servers whose files differ among each other. The last five files are kept: flight env:rollback.'
  static override args = {
    app: Args.string({ required: true, description: 'the app' }),
    file: Args.string({
      description: 'the file here, plain or encrypted; otherwise .env.APP, or .env.APP.age where only that exists',
    }),
  }
  static override flags = {
    ...pushing,
    server: scoping.server,
    identity: decrypting.identity,
    all: Flags.boolean({
      default: false,
      exclusive: ['server'],
      description: 'one file for all servers, although theirs differ',
    }),
    force: Flags.boolean({
      default: false,
      description: 'although somebody pushed since it was pulled, or what lies there cannot be read',
    }),
  }
  static override examples = [
    '<%= config.bin %> env:push shop',
    { description: 'before the first release', command: '<%= config.bin %> env:push shop .env.shop --yes' },
    { description: 'one server alone', command: '<%= config.bin %> env:push shop --server shop-2' },
    { description: 'an encrypted one', command: '<%= config.bin %> env:push shop .env.shop.age --identity ~/.ssh/ops' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(EnvPush)
    const { app, file } = args
    const { lookFirst, offering } = await import('../../everywhere/offering.ts')
    const title = `pushing the environment file of ${app}`
    const instead = lookFirst(`flight env:diff ${app}${file === undefined ? '' : ` ${file}`}`)
    return offering(flags, { command: `env:push ${app}`, title, instead }, async (session, teller) => {
      const { pushEnvironment } = await import('../../../operations/environment/push.ts')
      const { all, force, wait, server: only = [], identity: identities = [] } = flags
      return pushEnvironment(session, teller, { app, file, only, all, force, identities, wait })
    })
  }
}
