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
    const { app } = args
    const { offering } = await import('../../everywhere/offering.ts')
    const title = `editing the environment file of ${app}`
    const instead = `flight env:pull ${app}, then flight env:push ${app} --yes`
    return offering(flags, { command: `env:edit ${app}`, title, instead }, async (session, teller) => {
      const { editEnvironment } = await import('../../../operations/environment/edit.ts')
      const { editorAt } = await import('../../everywhere/editor.ts')
      const editor = editorAt(flags, session.signal)
      return editEnvironment(session, teller, { app, only: flags.server ?? [], wait: flags.wait, editor })
    })
  }
}
