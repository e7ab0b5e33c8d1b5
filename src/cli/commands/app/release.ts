import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { FlightCommand } from '../../everywhere/flight-command.ts'
import { releasing } from '../../everywhere/flags.ts'

export default class AppRelease extends FlightCommand {
  static override summary = 'Release a commit of an app on all its servers at once, or on none'
  static override description =
    'Makes the artifact of that commit here, sends it, and prepares the release beside the one that is live. It ' +
    'goes live everywhere at the same moment, once it answered on every server; when something fails, all servers ' +
    'serve ' +
    'what they served before (exit code 7 when it had gone live). One that was interrupted goes on where it ' +
    'stopped. No ' +
    'request is lost.'
  static override args = {
    app: Args.string({ required: true, description: 'the app' }),
    commit: Args.string({ required: true, description: 'a full or short SHA, a tag or a branch' }),
  }
  static override flags = {
    ...releasing,
    artifact: Flags.string({
      helpValue: 'FILE',
      description: 'send this tar.gz, made elsewhere of that commit, instead of one that is made here',
    }),
  }
  static override examples = [
    '<%= config.bin %> app:release shop main',
    {
      description: 'in a pipeline, after whoever releases it now',
      command: '<%= config.bin %> app:release shop 3f9a1c2b7d04 --yes --wait',
    },
    {
      description: 'while a server is down; it catches up later',
      command: '<%= config.bin %> app:release shop v1.4.0 --without-server web-2',
    },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(AppRelease)
    const { app, commit } = args
    const { lookFirst, offering } = await import('../../everywhere/offering.ts')
    const command = `app:release ${app}`
    const instead = lookFirst(`flight plan --release ${app}=${commit}`)
    return offering(flags, { command, title: `releasing ${app}`, instead }, async (session, teller) => {
      const { offer } = await import('../../../operations/offer.ts')
      const { release } = await import('../../../operations/release/release.ts')
      const wish = { app, does: 'release', commit, without: flags['without-server'] ?? [] } as const
      return offer(session, teller, release(command, { wish, given: flags.artifact, wait: flags.wait }))
    })
  }
}
