import * as Flags from '@oclif/core/flags'
import { scoping } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson } from '../everywhere/output.ts'
import { shapeOf } from '../everywhere/text-shape.ts'

const EXIT_OF_DRIFT = { none: 0, drift: 2, incomplete: 6 } as const

export default class Drift extends FlightCommand {
  static override summary = 'Say which servers are not as defined'
  static override description =
    'Asks the servers and changes nothing. Exit code 0: none; 2: drift; 6: a server could not be asked (6 wins).'
  static override flags = {
    ...scoping,
    markdown: Flags.boolean({ default: false, description: 'print it as Markdown', exclusive: ['json'] }),
    junit: Flags.string({ helpValue: 'FILE', description: 'also write it as JUnit XML, one test case a server' }),
  }
  static override examples = [
    { description: 'the whole fleet, every night', command: '<%= config.bin %> drift --junit drift.xml' },
    '<%= config.bin %> drift --cluster production',
  ]

  async run(): Promise<number> {
    const { flags } = await this.parse(Drift)
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('drift', flags, async (session) => {
      const { LOOKING, planConfiguration } = await import('../../operations/configuration.ts')
      const { driftOf } = await import('../../views/drift.ts')
      const plan = await planConfiguration(session, flags, LOOKING)
      session.endProgress()
      if (flags.junit !== undefined) {
        const { driftJunit } = await import('../../views/drift-junit.ts')
        const { writeWhole } = await import('../../operations/files.ts')
        await writeWhole(flags.junit, driftJunit(plan))
      }
      const drift = driftOf(plan)
      if (flags.json) printJson(drift)
      else if (flags.markdown) print((await import('../../views/drift-markdown.ts')).driftMarkdown(plan))
      else print((await import('../../views/drift-text.ts')).driftText(plan, shapeOf(process.stdout, flags)))
      return EXIT_OF_DRIFT[drift.outcome]
    })
  }
}
