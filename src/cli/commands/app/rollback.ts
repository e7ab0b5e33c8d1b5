import * as Args from '@oclif/core/args'
import { FlightCommand } from '../../everywhere/flight-command.ts'
import { releasing } from '../../everywhere/flags.ts'

export default class AppRollback extends FlightCommand {
  static override summary = 'Go back to an earlier release of an app, on all its servers at once'
  static override description =
    'To the last release that was live and healthy on all servers before the one that is live now, or to the one ' +
    'that is named; never to one that failed. What it cached of the environment file is made anew first. Says when ' +
    'migrations ran in between: these are not taken back.'
  static override args = {
    app: Args.string({ required: true, description: 'the app' }),
    release: Args.string({ description: 'the release, or the beginning of its name' }),
  }
  static override flags = releasing
  static override examples = [
    '<%= config.bin %> app:rollback shop',
    { description: 'to a certain one', command: '<%= config.bin %> app:rollback shop 3f9a1c2b7d04-1 --yes' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(AppRollback)
    const { releaseAndApply } = await import('../../../operations/release-and-apply.ts')
    return releaseAndApply(flags, {
      what: `app:rollback ${args.app}`,
      title: `going back with ${args.app}`,
      review: `flight app:releases ${args.app}`,
      wish: { app: args.app, does: 'rollback', name: args.release, without: flags['without-server'] ?? [] },
      given: undefined,
    })
  }
}
