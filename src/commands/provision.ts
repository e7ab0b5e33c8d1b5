import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { scoping } from './everywhere/flags.ts'
import { FlightCommand } from './everywhere/flight-command.ts'
import { print, printJson, tell } from './everywhere/output.ts'
import { shapeOf } from './everywhere/text-shape.ts'

export default class Provision extends FlightCommand {
  static override summary = "Make a cluster's servers what its definition says: plan, question, apply"
  static override description =
    'Shows the plan, asks, and does exactly that. Without a terminal it refuses unless --yes was given. A server that cannot be reached does not stop the others; exit code 6.'
  static override args = { cluster: Args.string({ required: true, description: 'the cluster' }) }
  static override flags = {
    server: scoping.server,
    yes: Flags.boolean({ default: false, description: 'do not ask' }),
    'allow-upgrades': Flags.boolean({ default: false, description: 'packages may be upgraded or removed where an installation needs it' }),
  }
  static override examples = [
    '<%= config.bin %> provision staging',
    { description: 'one new server', command: '<%= config.bin %> provision staging --server web-3' },
    { description: 'where nobody can be asked', command: '<%= config.bin %> provision staging --yes' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Provision)
    const { confirm, refuseWithoutTerminal } = await import('./run/question.ts')
    if (!flags.yes) refuseWithoutTerminal(`provisioning ${args.cluster}`, instead(args.cluster))
    const { withSession } = await import('./run/session.ts')
    return withSession('provision', flags, async (session) => {
      const { planScope } = await import('./run/plan-scope.ts')
      const { exitOfPlan, exitOfReceipt } = await import('./run/exit-codes.ts')
      const { isEmpty } = await import('../model/plan.ts')
      const { planText } = await import('../views/plan-text.ts')
      const plan = await planScope(session, { cluster: [args.cluster], server: flags.server }, flags['allow-upgrades'])
      session.endProgress()
      const shape = shapeOf(flags.json ? process.stderr : process.stdout, flags)
      const answer = (text: string): void => (flags.json ? tell(text) : print(text))
      answer(planText(plan, shape))
      if (isEmpty(plan)) {
        if (flags.json) printJson({ plan, receipt: null })
        return exitOfPlan(plan, false)
      }
      if (!flags.yes) await confirm('Do this?', session.signal)
      const { carryOut } = await import('./run/carry-out.ts')
      const { receiptText } = await import('../views/receipt-text.ts')
      const { receipt, file } = await carryOut(session, plan, 'provision')
      answer(receiptText(receipt, { ...shape, file }))
      if (flags.json) printJson({ plan, receipt })
      return exitOfReceipt(receipt, session.interrupted()) || exitOfPlan(plan, false)
    })
  }
}

function instead(cluster: string): string {
  return `read the plan first (flight plan --cluster ${cluster}), then flight apply plan.json; or say --yes`
}
