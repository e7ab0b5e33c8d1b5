import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { FlightCommand } from './everywhere/flight-command.ts'
import { print, printJson } from './everywhere/output.ts'
import { shapeOf } from './everywhere/text-shape.ts'

export default class Show extends FlightCommand {
  static override summary = 'Show a plan file'
  static override description = 'Reads the file and nothing else. A plan that was cut off or edited is refused; exit code 3.'
  static override args = { plan: Args.string({ required: true, description: 'the plan file; - is stdin' }) }
  static override flags = {
    markdown: Flags.boolean({ default: false, description: 'as Markdown, for a pull request', exclusive: ['json'] }),
    full: Flags.boolean({ default: false, description: 'every line of every file and every package' }),
  }
  static override examples = [
    '<%= config.bin %> show plan.json',
    { description: 'for a pull request', command: '<%= config.bin %> show plan.json --markdown' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Show)
    const { readPlanFile } = await import('./run/read-plan-file.ts')
    const plan = await readPlanFile(args.plan)
    if (flags.json) printJson(plan)
    else if (flags.markdown) print((await import('../views/plan-markdown.ts')).planMarkdown(plan))
    else {
      const { planText } = await import('../views/plan-text.ts')
      print(planText(plan, { ...shapeOf(process.stdout, flags), full: flags.full, file: args.plan === '-' ? undefined : args.plan }))
    }
    return 0
  }
}
