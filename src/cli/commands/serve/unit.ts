import * as Flags from '@oclif/core/flags'
import { FlightCommand } from '../../everywhere/flight-command.ts'
import { print, printJson, tell } from '../../everywhere/output.ts'

export default class ServeUnit extends FlightCommand {
  static override summary = 'Print a hardened systemd unit for the deployment server'
  static override description =
    'For the definitions folder and the state folder of here. The user it runs as reads the definitions, holds the ' +
    'SSH keys and owns the state folder, and needs no other right on this machine.'
  static override flags = {
    user: Flags.string({ helpValue: 'NAME', default: 'flight', description: 'the user it runs as' }),
    bin: Flags.string({ helpValue: 'FILE', description: 'flight itself; otherwise the one that runs now' }),
  }
  static override examples = [
    '<%= config.bin %> serve:unit',
    {
      description: 'for another user, to be read before it is installed',
      command: '<%= config.bin %> serve:unit --user deploy > flight.service',
    },
  ]

  async run(): Promise<number> {
    const { flags } = await this.parse(ServeUnit)
    const { unitFor } = await import('../../../server/unit.ts')
    const { user } = flags
    const { state, unit, unseen } = await unitFor(flags, { user, bin: flags.bin ?? process.argv[1] ?? 'flight' })
    for (const path of unseen)
      tell(`note: the service has a temporary folder of its own and will not see ${path}: put it elsewhere`)
    if (flags.json) printJson({ user, state, unit })
    else print(unit)
    return 0
  }
}
