import * as Flags from '@oclif/core/flags'
import { PURPOSES } from '../../../model/token.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class ServeToken extends FlightCommand {
  static override summary = 'Make, list and revoke the tokens of the deployment server'
  static override description =
    'Run it where flight serve runs, as its user; a running server knows at once. A token is shown once and kept as ' +
    'a digest. release: one app, ask for its releases and read about them. read: look, at one app or all, also in ' +
    'the ' +
    'browser. ping: try that it is there. webhook: prints the secret that GitHub or GitLab signs with.'
  static override flags = {
    purpose: Flags.string({ options: [...PURPOSES], description: 'what it is for' }),
    app: Flags.string({ helpValue: 'NAME', description: 'for this app alone; release and webhook need one' }),
    name: Flags.string({
      helpValue: 'NAME',
      description: 'what people call it; stands in the audit log and beside what it asked for',
    }),
    expires: Flags.integer({
      min: 1,
      max: 3650,
      helpValue: 'DAYS',
      description: 'it ends by itself after so many days',
    }),
    list: Flags.boolean({
      default: false,
      description: 'list all of them, never a secret',
      exclusive: ['purpose', 'revoke'],
    }),
    revoke: Flags.string({
      helpValue: 'ID',
      description: 'from now on it opens nothing',
      exclusive: ['purpose', 'list'],
    }),
  }
  static override examples = [
    '<%= config.bin %> serve:token --app shop --purpose release --name ci-shop',
    {
      description: 'for the page, a quarter of a year',
      command: '<%= config.bin %> serve:token --purpose read --name wall --expires 90',
    },
    '<%= config.bin %> serve:token --app shop --purpose webhook --name github',
    '<%= config.bin %> serve:token --list',
  ]

  async run(): Promise<number> {
    const { flags } = await this.parse(ServeToken)
    const { makeTokenFor, listTokens, revokeToken } = await import('../../../server/tokens.ts')
    if (flags.list) return listTokens(flags)
    if (flags.revoke !== undefined) return revokeToken(flags, flags.revoke)
    const purpose = PURPOSES.find((each) => each === flags.purpose)
    return makeTokenFor(flags, { purpose, app: flags.app, name: flags.name, days: flags.expires })
  }
}
