import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { FlightCommand } from '../everywhere/flight-command.ts'
import { print, printJson, tell } from '../everywhere/output.ts'

export default class Trust extends FlightCommand {
  static override summary = "Accept a server's host key after showing it"
  static override description =
    'Fetches the key that the server shows, before any login, prints its type and fingerprint, asks, and appends it ' +
    'to known_hosts. Compare the fingerprint with what the server says on its console: ssh-keygen -l -f ' +
    '/etc/ssh/ssh_host_ed25519_key.pub'
  static override args = { server: Args.string({ required: true, description: 'the server, as in the definitions' }) }
  static override flags = {
    yes: Flags.boolean({ default: false, description: 'do not ask; whoever answers there now is believed' }),
    fingerprint: Flags.string({
      helpValue: 'SHA256:…',
      description: 'accept the key with this fingerprint and no other, without asking',
    }),
  }
  static override examples = [
    '<%= config.bin %> trust web-1',
    {
      description: 'where nobody can be asked',
      command: '<%= config.bin %> trust web-1 --fingerprint SHA256:2x1nOBzqW8vLxYd0B3YxkO4Zg1Ff0w7QmVtX9nKcE5s',
    },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Trust)
    const { confirm, refuseWithoutTerminal } = await import('../everywhere/question.ts')
    const asks = !flags.yes && flags.fingerprint === undefined
    const { withTerminalSession } = await import('../everywhere/session.ts')
    return withTerminalSession('trust', flags, async (session) => {
      const { serverNamed } = await import('../../operations/scope.ts')
      const { knownHostsFile, refuseWrongKey } = await import('../../operations/fleet/host-key.ts')
      const { appendKnownHost } = await import('../../transport/trust.ts')
      const server = serverNamed(args.server, session.definitions)
      if (asks)
        refuseWithoutTerminal(
          `the host key of ${server.name}`,
          'say --fingerprint SHA256:… with what the server shows on its console',
        )
      const key = await session.connector.scanHostKey(server)
      const shown = { server: server.name, type: key.type, fingerprint: key.fingerprint }
      refuseWrongKey(server.name, key, flags.fingerprint)
      if (key.verdict.kind === 'known') {
        const { file, line } = key.verdict.entry
        if (flags.json) printJson({ ...shown, file, appended: false })
        else print(`${server.name} is trusted already: ${key.type} ${key.fingerprint} (${file}:${line})`)
        return 0
      }
      const file = knownHostsFile(server.name, key)
      tell(`${server.name} (${server.host}) shows ${key.type} ${key.fingerprint}`)
      if (asks) await confirm(`Append it to ${file}?`, session.signal)
      const appended = await appendKnownHost(file, key.line)
      if (flags.json) printJson({ ...shown, file, appended })
      else print(`trusted: ${key.type} ${key.fingerprint}, written to ${file}`)
      return 0
    })
  }
}
