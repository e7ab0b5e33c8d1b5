import * as Args from '@oclif/core/args'
import { pushing, scoping } from '../../everywhere/flags.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'

export default class EnvEdit extends FlightCommand {
  static override summary = "Edit an app's environment file in your editor, and push it"
  static override description =
    'The file lies in memory, readable by you alone, while $VISUAL or $EDITOR has it; then it goes the way of ' +
    'env:push: the keys that change, a question, all servers or none. One that Laravel would not understand is shown ' +
    'with line and column, and edited again.'
  static override args = { app: Args.string({ required: true, description: 'the app' }) }
  static override flags = { ...pushing, server: scoping.server }
  static override examples = [
    '<%= config.bin %> env:edit shop',
    { description: 'with another editor', command: 'EDITOR=nano <%= config.bin %> env:edit shop' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(EnvEdit)
    const { editEnvironment } = await import('../../../operations/environment/edit.ts')
    return editEnvironment({ ...args, ...flags })
  }
}
