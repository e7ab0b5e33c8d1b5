import * as Flags from '@oclif/core/flags'
import { PURPOSES, type Token } from '../../../model/token.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'
import { print, printJson, tell } from '../../everywhere/output.ts'
import { shapeOf } from '../../everywhere/text-shape.ts'

export default class ServeToken extends FlightCommand {
  static override summary = 'Make, list and revoke the tokens of the deployment server'
  static override description =
    'Run it where flight serve runs, as its user; a running server knows at once. A token is shown once and kept as ' +
    'a digest. release: one app, ask for its releases and read about them. read: look, at one app or all, also in ' +
    'the ' +
    'browser. ping: try that it is there. webhook: prints the secret that GitHub or GitLab signs with.'
  static override flags = {
    purpose: Flags.string({ options: [...PURPOSES], description: 'what it is for' }),
    app: Flags.string({ helpValue: 'NAME', description: 'for this app alone; release and webhook need one' }),
    name: Flags.string({
      helpValue: 'NAME',
      description: 'what people call it; stands in the audit log and beside what it asked for',
    }),
    expires: Flags.integer({
      min: 1,
      max: 3650,
      helpValue: 'DAYS',
      description: 'it ends by itself after so many days',
    }),
    list: Flags.boolean({
      default: false,
      description: 'list all of them, never a secret',
      exclusive: ['purpose', 'revoke'],
    }),
    revoke: Flags.string({
      helpValue: 'ID',
      description: 'from now on it opens nothing',
      exclusive: ['purpose', 'list'],
    }),
  }
  static override examples = [
    '<%= config.bin %> serve:token --app shop --purpose release --name ci-shop',
    {
      description: 'for the page, a quarter of a year',
      command: '<%= config.bin %> serve:token --purpose read --name wall --expires 90',
    },
    '<%= config.bin %> serve:token --app shop --purpose webhook --name github',
    '<%= config.bin %> serve:token --list',
  ]

  async run(): Promise<number> {
    const { flags } = await this.parse(ServeToken)
    const { listTokens, makeTokenFor, revokeToken } = await import('../../../server/tokens.ts')
    if (flags.list) {
      const tokens = await listTokens(flags)
      const { tokensText } = await import('../../../views/tokens-text.ts')
      if (flags.json) printJson({ tokens })
      else print(tokensText(tokens, new Date().toISOString(), shapeOf(process.stdout, flags)))
      return 0
    }
    if (flags.revoke !== undefined) {
      await revokeToken(flags, flags.revoke)
      if (flags.json) printJson({ revoked: flags.revoke })
      else tell(`${flags.revoke} is revoked: it opens nothing any more.`)
      return 0
    }
    const purpose = PURPOSES.find((each) => each === flags.purpose)
    show(await makeTokenFor(flags, { purpose, app: flags.app, name: flags.name, days: flags.expires }), flags)
    return 0
  }
}

type Made = { token: Omit<Token, 'hash'>; secret: string; signing: string | undefined }

// The secret alone on stdout, so that it may be piped into a secret store.
function show({ token, secret, signing }: Made, { json }: { json: boolean }): void {
  const { id, name, purpose, app, expires } = token
  if (json)
    return printJson({
      id,
      name,
      purpose,
      app,
      expires,
      secret,
      ...(signing === undefined ? {} : { signing_token: signing }),
    })
  print(secret)
  tell(
    `${id} "${name}": for ${purpose}${app === null ? ', every app' : ` of ${app}`}` +
      `${expires === null ? '' : `, until ${expires}`}. It is shown this once. ` +
      `To take it back: flight serve:token --revoke ${id}`,
  )
  if (signing !== undefined)
    tell(
      `It goes to POST /v1/apps/${app}/webhook as GitHub's secret or GitLab's secret token; GitLab's ` +
        `signing token is ${signing}`,
    )
}
