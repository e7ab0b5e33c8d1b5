import * as Flags from '@oclif/core/flags'
import { planning } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'

export default class Up extends FlightCommand {
  static override summary = 'Do everything that a new or replaced server needs'
  static override description =
    'Provisions it and configures its apps, as the definitions say; then brings each app to what its other servers ' +
    'serve: the environment file from a server that has one, the release that is live there, workers and schedule. A ' +
    'server that missed a release catches up. Shows each plan before it is done.'
  static override flags = {
    server: Flags.string({ required: true, helpValue: 'NAME', description: 'the server' }),
    yes: Flags.boolean({ default: false, description: 'do not ask' }),
    wait: Flags.boolean({
      default: false,
      description: 'wait for whoever releases one of its apps now, instead of refusing',
    }),
    artifact: Flags.string({
      helpValue: 'FILE',
      description: 'send this tar.gz, where the release that is live was made elsewhere',
    }),
    ...planning,
  }
  static override examples = ['<%= config.bin %> up --server web-1', '<%= config.bin %> up --server web-1 --yes']

  async run(): Promise<number> {
    const { flags } = await this.parse(Up)
    const { bringUp } = await import('../../operations/bring-up.ts')
    return bringUp(flags)
  }
}
