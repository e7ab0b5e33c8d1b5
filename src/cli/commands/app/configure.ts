import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { planning, scoping } from '../../everywhere/flags.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class AppConfigure extends FlightCommand {
  static override summary = "Make an app's pools, sites, workers and cron entries as defined"
  static override description =
    'On the servers that the app lists, and what these servers need for it. Shows the plan, asks, and does exactly ' +
    'that. Web servers go in waves (--serial), so that some always answer. No release is made: workers wait for the ' +
    "app's first one. A server that cannot be reached does not stop the others; exit code 6."
  static override args = { app: Args.string({ required: true, description: 'the app' }) }
  static override flags = {
    server: scoping.server,
    yes: Flags.boolean({ default: false, description: 'do not ask' }),
    ...planning,
  }
  static override examples = [
    '<%= config.bin %> app:configure shop',
    { description: 'one web server after the other', command: '<%= config.bin %> app:configure shop --serial 1' },
    { description: 'where nobody can be asked', command: '<%= config.bin %> app:configure shop --yes' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(AppConfigure)
    const { offering, reviewFirst } = await import('../../everywhere/offering.ts')
    const title = `configuring ${args.app}`
    const review = `flight plan --app ${args.app}`
    return offering(
      flags,
      { command: 'app:configure', title, instead: reviewFirst(review) },
      async (session, teller) => {
        const { configuration } = await import('../../../operations/configuration.ts')
        const { offer } = await import('../../../operations/offer.ts')
        const names = { app: [args.app], server: flags.server }
        const how = { apps: true, allowUpgrades: flags['allow-upgrades'], serial: flags.serial }
        return offer(session, teller, configuration('app:configure', names, how))
      },
    )
  }
}
