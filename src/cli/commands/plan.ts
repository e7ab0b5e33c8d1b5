import * as Flags from '@oclif/core/flags'
import { planning, scoping } from '../everywhere/flags.ts'
import { FlightError } from '../../model/errors.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson, tell } from '../everywhere/output.ts'
import { shapeOf } from '../everywhere/text-shape.ts'

export default class Plan extends FlightCommand {
  static override summary = 'Show what would be done, and write it to plan.json'
  static override description =
    'Asks the servers and changes nothing on any of them. Without a scope everything is planned. A server that ' +
    'cannot be asked is missing from the plan, which says so; exit code 6.'
  static override flags = {
    ...scoping,
    out: Flags.string({ helpValue: 'FILE', default: 'plan.json', description: 'where the plan goes; - is stdout' }),
    'detailed-exitcode': Flags.boolean({ default: false, description: 'exit with 2 when there is something to do' }),
    release: Flags.custom<{ app: string; commit: string }>({
      helpValue: 'APP=COMMIT',
      multiple: true,
      multipleNonGreedy: true,
      description: 'plan this release and nothing else (may be repeated)',
      parse: async (written) => releaseSaid(written),
      exclusive: ['cluster', 'app', 'server'],
    })(),
    ...planning,
    markdown: Flags.boolean({
      default: false,
      description: 'print it as Markdown, for a pull request',
      exclusive: ['json'],
    }),
    full: Flags.boolean({ default: false, description: 'print every line of every file and every package' }),
  }
  static override examples = [
    { description: 'everything', command: '<%= config.bin %> plan' },
    {
      description: 'one cluster, for a pull request',
      command: '<%= config.bin %> plan --cluster staging --out plans/staging.json --markdown',
    },
    {
      description: 'one app, one of its web servers after the other',
      command: '<%= config.bin %> plan --app shop --serial 1',
    },
    {
      description: 'a release that somebody approves: flight apply plan.json makes it',
      command: '<%= config.bin %> plan --release shop=main',
    },
    {
      description: 'two servers; exit code 2 when there is something to do',
      command: '<%= config.bin %> plan --server web-1 --server web-2 --detailed-exitcode',
    },
  ]

  async run(): Promise<number> {
    const { flags } = await this.parse(Plan)
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('plan', flags, async (session) => {
      const { planConfiguration } = await import('../../operations/configuration.ts')
      const { writePlan } = await import('../../engine/plan/plan-file.ts')
      const { exitOfPlan } = await import('../everywhere/exit-codes.ts')
      const { planReleases } = await import('../../operations/release/release.ts')
      const plan =
        flags.release === undefined
          ? await planConfiguration(session, flags, {
              apps: true,
              allowUpgrades: flags['allow-upgrades'],
              serial: flags.serial,
            })
          : (
              await planReleases(
                session,
                flags.release.map(({ app, commit }) => ({ app, does: 'release', commit, without: [] })),
              )
            ).plan
      session.endProgress()
      if (flags.out === '-') {
        process.stdout.write(writePlan(plan))
        if (!flags.json) tell(await this.#text(plan, flags, process.stderr))
      } else {
        const { writeWhole } = await import('../../operations/files.ts')
        await writeWhole(flags.out, writePlan(plan))
        if (flags.json) printJson(plan)
        else print(await this.#text(plan, flags, process.stdout))
      }
      return exitOfPlan(plan, flags['detailed-exitcode'])
    })
  }

  async #text(
    plan: import('../../model/plan.ts').Plan,
    flags: { markdown: boolean; full: boolean; out: string; 'no-color': boolean },
    stream: NodeJS.WriteStream,
  ): Promise<string> {
    if (flags.markdown) return (await import('../../views/plan-markdown.ts')).planMarkdown(plan)
    const { planText } = await import('../../views/plan-text.ts')
    return planText(plan, {
      ...shapeOf(stream, flags),
      full: flags.full,
      file: flags.out === '-' ? undefined : flags.out,
    })
  }
}

function releaseSaid(written: string): { app: string; commit: string } {
  const at = written.indexOf('=')
  if (at > 0 && at < written.length - 1) return { app: written.slice(0, at), commit: written.slice(at + 1) }
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: '--release',
    what: `must be APP=COMMIT, is ${JSON.stringify(written.slice(0, 80))}`,
    hint: 'for example --release shop=main',
  })
}
