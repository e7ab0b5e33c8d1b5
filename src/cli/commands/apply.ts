import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson } from '../everywhere/output.ts'
import { shapeOf } from '../everywhere/text-shape.ts'

export default class Apply extends FlightCommand {
  static override summary = 'Do exactly what a plan says'
  static override description =
    'Asks nothing: the plan was read before. It is refused, before anything is written anywhere, when the ' +
    'definitions say something else by now, a server changed, or somebody else is at work there.'
  static override args = { plan: Args.string({ required: true, description: 'the plan file; - is stdin' }) }
  static override flags = {
    expect: Flags.string({ helpValue: 'DIGEST', description: 'refuse any plan but the one with this digest' }),
  }
  static override examples = [
    '<%= config.bin %> apply plan.json',
    {
      description: 'in a pipeline: the plan that was approved and no other',
      command:
        '<%= config.bin %> apply plan.json --expect ' +
        'sha256:0d6c4f7b7f2f4a1b5c0e9d8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c',
    },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Apply)
    const { readPlanFile, refuseUnexpected } = await import('../../operations/plan-file.ts')
    const plan = await readPlanFile(args.plan)
    refuseUnexpected(plan, flags.expect, args.plan)
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('apply', flags, async (session, interrupted) => {
      const { carryOut } = await import('../../operations/offer.ts')
      const { exitOfReceipt } = await import('../../model/receipt.ts')
      const { receiptText } = await import('../../views/receipt-text.ts')
      const { receipt, file } = await carryOut(session, plan, 'apply')
      if (flags.json) printJson(receipt)
      else print(receiptText(receipt, { ...shapeOf(process.stdout, flags), file }))
      return exitOfReceipt(receipt, interrupted())
    })
  }
}
