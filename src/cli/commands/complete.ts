import type { Command } from '@oclif/core/command'
import { FlightCommand } from '../everywhere/flight-command.ts'
import type { CommandShape } from '../completion/candidates.ts'

// What the completion scripts call. Answers with one candidate a line, a tab before what it is about; a first line of
// `:files` or `:folders` leaves paths to the shell.
export default class Complete extends FlightCommand {
  static override hidden = true
  static override strict = false
  static override summary = 'Name what may follow on a command line'
  static override examples = ['<%= config.bin %> complete -- plan --cluster sta']

  async run(): Promise<number> {
    const { flags } = await this.parse(Complete)
    const { candidatesFor } = await import('../completion/candidates.ts')
    // As they stand: oclif's own list of arguments moves repeated words together.
    const words = this.argv.slice(this.argv.indexOf('--') + 1)
    const names = async () => {
      const { knownNames } = await import('../completion/known-names.ts')
      return knownNames(process.cwd(), definitionsIn(words) ?? flags.definitions)
    }
    const { words: found, paths } = await candidatesFor(words, this.config.commands.map(shape), names)
    const lines = found.map(({ word, about }) => (about === undefined ? word : `${word}\t${about}`))
    process.stdout.write([...(paths === 'none' ? [] : [`:${paths}`]), ...lines].map((line) => `${line}\n`).join(''))
    return 0
  }
}

// The folder that the command line itself names.
function definitionsIn(words: readonly string[]): string | undefined {
  const joined = words.find((word) => word.startsWith('--definitions='))
  if (joined !== undefined) return joined.slice('--definitions='.length)
  const at = words.indexOf('--definitions')
  return at < 0 || at >= words.length - 1 ? undefined : words[at + 1]
}

function shape(command: Command.Loadable): CommandShape {
  return {
    id: command.id,
    summary: command.summary ?? '',
    hidden: command.hidden,
    flags: Object.values(command.flags).map((flag) => ({
      name: flag.name,
      type: flag.type,
      hidden: flag.hidden === true,
      ...(flag.char === undefined ? {} : { char: flag.char }),
      ...(flag.description === undefined ? {} : { summary: flag.description }),
      ...(flag.type === 'option' && flag.options !== undefined ? { options: flag.options } : {}),
      ...(flag.type === 'option' && flag.multiple === true ? { multiple: true } : {}),
    })),
    args: Object.values(command.args).map(({ name, options }) => ({
      name,
      ...(options === undefined ? {} : { options }),
    })),
  }
}
