import * as Flags from '@oclif/core/flags'
import type { Settings } from '../../model/definitions.ts'
import type { Joining } from '../../operations/release/joining-release.ts'
import { type Everywhere, planning } from '../everywhere/flags.ts'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson, tell } from '../everywhere/output.ts'

export default class Up extends FlightCommand {
  static override summary = 'Do everything that a new or replaced server needs'
  static override description =
    'Provisions it and configures its apps, as the definitions say; then brings each app to what its other servers ' +
    'serve: the environment file from a server that has one, the release that is live there, workers and schedule. A ' +
    'server that missed a release catches up. Shows each plan before it is done.'
  static override flags = {
    server: Flags.string({ required: true, helpValue: 'NAME', description: 'the server' }),
    yes: Flags.boolean({ default: false, description: 'do not ask' }),
    wait: Flags.boolean({
      default: false,
      description: 'wait for whoever releases one of its apps now, instead of refusing',
    }),
    artifact: Flags.string({
      helpValue: 'FILE',
      description: 'send this tar.gz, where the release that is live was made elsewhere',
    }),
    ...planning,
  }
  static override examples = ['<%= config.bin %> up --server web-1', '<%= config.bin %> up --server web-1 --yes']

  async run(): Promise<number> {
    const { flags } = await this.parse(Up)
    const done: object[] = []
    const exit = await bringUp(flags, (document) => done.push(document))
    if (flags.json) printJson({ server: flags.server, done })
    return exit
  }
}

type Flags = Everywhere & {
  server: string
  yes: boolean
  wait: boolean
  artifact: string | undefined
  'allow-upgrades': boolean
  serial: Settings['serial'] | undefined
}

// First what the definitions say, then what its neighbours serve. Each part is a plan of its own, because what comes
// later depends on what is there by then. Ends with the first part that did not work.
async function bringUp(flags: Flags, emit: (document: object) => void): Promise<number> {
  const { lookFirst, offering } = await import('../everywhere/offering.ts')
  const { offer } = await import('../../operations/offer.ts')
  const { configuration } = await import('../../operations/configuration.ts')
  const { release } = await import('../../operations/release/release.ts')
  const { server, artifact: given, wait } = flags
  const what = `up ${server}`
  const title = `bringing up ${server}`
  const instead = lookFirst(`flight plan --server ${server}`)
  const how = { apps: true, allowUpgrades: flags['allow-upgrades'], serial: flags.serial }
  const configured = await offering(
    flags,
    { command: what, title, instead },
    (session, teller) => offer(session, teller, configuration(what, { server: [server] }, how)),
    emit,
  )
  if (configured !== 0) return configured
  for (const { wish, text } of await joiningOf(flags)) {
    if (flags.json) tell(text)
    else print(text)
    if (wish === undefined) continue
    const exit = await offering(
      flags,
      { command: what, title, instead },
      (session, teller) => offer(session, teller, release(what, { wish, given, wait })),
      emit,
    )
    if (exit !== 0) return exit
  }
  return 0
}

async function joiningOf(flags: Flags): Promise<readonly Joining[]> {
  const { joiningReleases } = await import('../../operations/release/joining-release.ts')
  const { withTerminalSession } = await import('../everywhere/session.ts')
  const joining: Joining[] = []
  await withTerminalSession('up', flags, async (session) => {
    joining.push(...(await joiningReleases(session, flags.server)))
    return 0
  })
  if (joining.length === 0) tell(`No app is on ${flags.server}.\n`)
  return joining
}
