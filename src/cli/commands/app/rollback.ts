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
    const { app, release: name } = args
    const { lookFirst, offering } = await import('../../everywhere/offering.ts')
    const command = `app:rollback ${app}`
    const instead = lookFirst(`flight app:releases ${app}`)
    return offering(flags, { command, title: `going back with ${app}`, instead }, async (session, teller) => {
      const { offer } = await import('../../../operations/offer.ts')
      const { release } = await import('../../../operations/release/release.ts')
      const wish = { app, does: 'rollback', name, without: flags['without-server'] ?? [] } as const
      return offer(session, teller, release(command, { wish, given: undefined, wait: flags.wait }))
    })
  }
}
