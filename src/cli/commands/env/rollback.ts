import * as Args from '@oclif/core/args'
import { pushing, scoping } from '../../everywhere/flags.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class EnvRollback extends FlightCommand {
  static override summary = 'Take the last push of an environment file back, on all servers at once'
  static override description =
    'Each server that the last push reached gets the file that it replaced there, the same way that env:push goes: ' +
    'the keys that change, a question, all servers or none, what is cached made anew, workers restarted. Done ' +
    'twice it ' +
    'takes two pushes back; five are kept.'
  static override args = { app: Args.string({ required: true, description: 'the app' }) }
  static override flags = { ...pushing, server: scoping.server }
  static override examples = ['<%= config.bin %> env:rollback shop']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(EnvRollback)
    const { app } = args
    const { offering } = await import('../../everywhere/offering.ts')
    const title = `taking the last push of ${app} back`
    return offering(flags, { command: `env:rollback ${app}`, title, instead: 'say --yes' }, async (session, teller) => {
      const { rollEnvironmentBack } = await import('../../../operations/environment/rollback.ts')
      return rollEnvironmentBack(session, teller, { app, only: flags.server ?? [], wait: flags.wait })
    })
  }
}
