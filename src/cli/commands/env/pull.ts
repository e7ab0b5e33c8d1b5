import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { scoping } from '../../everywhere/flags.ts'
import { FlightCommand } from '../../everywhere/flight-command.ts'
import { print, printJson, tell } from '../../everywhere/output.ts'
import { shapeOf } from '../../everywhere/text-shape.ts'
import { EXIT_OF_CODE } from '../../../model/errors.ts'
import type { PulledFile } from '../../../operations/environment/pull.ts'

export default class EnvPull extends FlightCommand {
  static override summary = "Fetch an app's environment file into a file that only you may read"
  static override description =
    'From the first of its servers that has one, to the byte, mode 0600. Says so when the servers differ, and on ' +
    'which keys; never a value. Refuses a file that git would track, and one that was edited here since it was ' +
    'pulled. ' +
    'With --encrypt age (the program) encrypts it, the plain text never lies on a disk, and git may track it. ' +
    'Changes ' +
    'nothing on any server.'
  static override args = {
    app: Args.string({ required: true, description: 'the app' }),
    file: Args.string({ description: 'where to; otherwise .env.APP, encrypted .env.APP.age' }),
  }
  static override flags = {
    server: scoping.server,
    encrypt: Flags.string({
      helpValue: 'KEYS',
      multiple: true,
      multipleNonGreedy: true,
      description: 'to the keys in this file: SSH public keys or age recipients, one a line (may be repeated)',
    }),
    force: Flags.boolean({ default: false, description: 'overwrite what was edited here' }),
  }
  static override examples = [
    '<%= config.bin %> env:pull shop',
    {
      description: 'from one server, into another file',
      command: '<%= config.bin %> env:pull shop ~/shop.env --server shop-1',
    },
    { description: 'encrypted, to be kept in git', command: '<%= config.bin %> env:pull shop --encrypt team.keys' },
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(EnvPull)
    const { withTerminalSession } = await import('../../everywhere/session.ts')
    return withTerminalSession('env:pull', flags, async (session) => {
      const { pullEnvironment } = await import('../../../operations/environment/pull.ts')
      const { encrypt: keys, force, server: only = [] } = flags
      return show(await pullEnvironment(session, { app: args.app, file: args.file, only, keys, force }), flags)
    })
  }
}

type Shown = { json: boolean; 'no-color': boolean; encrypt: readonly string[] | undefined }

async function show(pulled: PulledFile, { json, encrypt: keys, ...flags }: Shown): Promise<number> {
  const { app, path, file, server, without, differ, warnings, problems } = pulled
  if (json) printJson({ app, file, server, encrypted: keys !== undefined, without, differ, warnings, problems })
  else {
    const { serversText } = await import('../../../views/environment-text.ts')
    const { problemsText } = await import('../../../views/problems-text.ts')
    const { names } = await import('../../../model/words.ts')
    print(
      `${app}: ${path} of ${server} is in ${file}, ` +
        (keys === undefined ? 'readable by you alone' : `encrypted to the keys in ${names(keys, 4)}`),
    )
    if (differ.files.length > 1) print(serversText(app, differ, shapeOf(process.stdout, flags)))
    if (without.length > 0) print(`no environment file yet on ${names(without, 8)}`)
    for (const { where, what } of warnings) print(`warning: ${where} ${what}`)
    if (problems.length > 0) tell(problemsText(problems, shapeOf(process.stderr, flags)))
  }
  const [problem] = problems
  return problem === undefined ? 0 : EXIT_OF_CODE[problem.code]
}
