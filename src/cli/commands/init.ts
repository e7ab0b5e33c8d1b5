import * as Args from '@oclif/core/args'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson } from '../everywhere/output.ts'

export default class Init extends FlightCommand {
  static override summary = 'Begin a definitions folder that validates'
  static override description =
    'Writes a commented flight.yml, a cluster, a .gitignore and the CI workflows. Files that are there already stay ' +
    'as they are.'
  static override args = {
    dir: Args.string({ description: 'the folder; it is created when it is not there', default: '.' }),
  }
  static override examples = [
    { description: 'in a folder of its own', command: '<%= config.bin %> init servers' },
    { description: 'here', command: '<%= config.bin %> init' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Init)
    const { writeInitialDefinitions } = await import('../../definitions/init.ts')
    const initial = await writeInitialDefinitions(args.dir)
    const { folder, written, kept } = initial
    if (flags.json) printJson(initial)
    else if (written.length === 0) print(`everything is there already in ${folder}`)
    else {
      const where = args.dir === '.' ? '' : ` --definitions ${args.dir}`
      print(
        [
          `written in ${folder}:`,
          ...written.map((file) => `  ${file}`),
          ...(kept.length === 0 ? [] : ['left as they are:', ...kept.map((file) => `  ${file}`)]),
          '',
          `Next: put your servers into clusters/, then flight validate${where} and flight plan${where}`,
        ].join('\n'),
      )
    }
    return 0
  }
}
