import * as Args from '@oclif/core/args'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson } from '../everywhere/output.ts'
import { SHELLS } from '../completion/shells.ts'

export default class Completion extends FlightCommand {
  static override summary = 'Print the completion script of a shell'
  static override description =
    'Commands, flags, and the names of clusters, apps and servers complete. bash: eval "$(flight completion bash)" ' +
    'in ~/.bashrc. zsh: eval "$(flight completion zsh)" in ~/.zshrc, after compinit. fish: flight completion fish > ' +
    '~/.config/fish/completions/flight.fish'
  static override args = { shell: Args.string({ required: true, options: [...SHELLS], description: 'which shell' }) }
  static override examples = [
    { description: 'bash, now and here', command: 'eval "$(<%= config.bin %> completion bash)"' },
    '<%= config.bin %> completion zsh',
    '<%= config.bin %> completion fish',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Completion)
    const { scriptFor } = await import('../completion/scripts.ts')
    const script = scriptFor(args.shell as (typeof SHELLS)[number])
    if (flags.json) printJson({ shell: args.shell, script })
    else print(script)
    return 0
  }
}
