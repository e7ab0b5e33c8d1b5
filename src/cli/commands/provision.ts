import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { planning, scoping } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'

export default class Provision extends FlightCommand {
  static override summary = "Make a cluster's servers what its definition says: plan, question, apply"
  static override description =
    'The servers alone, without the apps on them: flight app:configure. Shows the plan, asks, and does exactly ' +
    'that. Without a terminal it refuses unless --yes was given. A server that cannot be reached does not stop the ' +
    'others; exit code 6.'
  static override args = { cluster: Args.string({ required: true, description: 'the cluster' }) }
  static override flags = {
    server: scoping.server,
    yes: Flags.boolean({ default: false, description: 'do not ask' }),
    ...planning,
  }
  static override examples = [
    '<%= config.bin %> provision staging',
    { description: 'one new server', command: '<%= config.bin %> provision staging --server web-3' },
    { description: 'where nobody can be asked', command: '<%= config.bin %> provision staging --yes' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Provision)
    const { offering, reviewFirst } = await import('../everywhere/offering.ts')
    const title = `provisioning ${args.cluster}`
    const instead = reviewFirst(`flight plan --cluster ${args.cluster}, which plans its apps as well`)
    return offering(flags, { command: 'provision', title, instead }, async (session, teller) => {
      const { configuration } = await import('../../operations/configuration.ts')
      const { offer } = await import('../../operations/offer.ts')
      const names = { cluster: [args.cluster], server: flags.server }
      const how = { apps: false, allowUpgrades: flags['allow-upgrades'], serial: flags.serial }
      return offer(session, teller, configuration('provision', names, how))
    })
  }
}
