import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { FlightError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import type { Everywhere } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson } from '../everywhere/output.ts'
import { shapeOf } from '../everywhere/text-shape.ts'

export default class Show extends FlightCommand {
  static override summary = 'Show a plan file'
  static override description =
    'Reads the file and, with --live, the servers. A plan that was cut off or edited is refused; exit code 3.'
  static override args = { plan: Args.string({ required: true, description: 'the plan file; - is stdin' }) }
  static override flags = {
    markdown: Flags.boolean({ default: false, description: 'as Markdown, for a pull request', exclusive: ['json'] }),
    live: Flags.boolean({
      default: false,
      description: 'also what now lies in files that Flight did not write; only at a terminal',
      exclusive: ['json', 'markdown'],
    }),
    full: Flags.boolean({ default: false, description: 'every line of every file and every package' }),
  }
  static override examples = [
    '<%= config.bin %> show plan.json',
    { description: 'for a pull request', command: '<%= config.bin %> show plan.json --markdown' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Show)
    const { readShownPlanFile } = await import('../../operations/plan-file.ts')
    const { plan, value } = await readShownPlanFile(args.plan)
    if (flags.live) return showLive(plan, args.plan, flags)
    if (flags.json) printJson(value)
    else if (flags.markdown) print((await import('../../views/plan-markdown.ts')).planMarkdown(plan))
    else {
      const { planText } = await import('../../views/plan-text.ts')
      print(
        planText(plan, {
          ...shapeOf(process.stdout, flags),
          full: flags.full,
          file: args.plan === '-' ? undefined : args.plan,
        }),
      )
    }
    return 0
  }
}

// What others wrote may hold their secrets: it is shown to a person, and goes into no file or pipe.
async function showLive(plan: Plan, file: string, flags: Everywhere & { full: boolean }): Promise<number> {
  if (process.stdout.isTTY !== true) {
    throw new FlightError({
      code: 'FLIGHT_USAGE',
      where: '--live',
      what: 'shows files that may hold secrets, and only at a terminal',
      hint: 'leave --live out, or run it at a terminal',
    })
  }
  const { withTerminalSession } = await import('../everywhere/session.ts')
  return withTerminalSession('show', flags, async (session) => {
    const { withLiveContents } = await import('../../operations/fleet/live-contents.ts')
    const { planText } = await import('../../views/plan-text.ts')
    const live = await withLiveContents(session, plan)
    session.endProgress()
    print(
      planText(live, { ...shapeOf(process.stdout, flags), full: flags.full, file: file === '-' ? undefined : file }),
    )
    return 0
  })
}
