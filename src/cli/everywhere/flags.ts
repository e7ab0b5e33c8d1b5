import * as Flags from '@oclif/core/flags'
import { serialIn } from '../../definitions/serial.ts'
import type { Settings } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'

const helpGroup = 'EVERYWHERE'

// What every command takes.
export const everywhere = {
  definitions: Flags.string({
    helpGroup,
    helpValue: 'DIR',
    env: 'FLIGHT_DEFINITIONS',
    description: 'the definitions folder; otherwise the current directory or the nearest parent that is one',
  }),
  json: Flags.boolean({ default: false, helpGroup, description: 'one JSON document on stdout, progress on stderr' }),
  parallel: Flags.integer({
    helpGroup,
    helpValue: 'N',
    min: 1,
    max: 500,
    description: 'how many servers are talked to at once; otherwise what flight.yml says',
  }),
  'no-color': Flags.boolean({ default: false, helpGroup, description: 'no colours (NO_COLOR does the same)' }),
  'log-file': Flags.string({
    helpGroup,
    helpValue: 'FILE',
    description: 'append what happens as lines of JSON (mode 0600)',
  }),
  verbose: Flags.boolean({
    default: false,
    helpGroup,
    char: 'v',
    description: 'say more: warnings, what needs nothing and why',
  }),
}

export type Everywhere = {
  definitions: string | undefined
  json: boolean
  parallel: number | undefined
  'no-color': boolean
  'log-file': string | undefined
  verbose: boolean
}

// Which part of the definitions is meant.
export const scoping = {
  cluster: Flags.string({
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only this cluster (may be repeated)',
  }),
  app: Flags.string({
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only this app (may be repeated)',
  }),
  server: Flags.string({
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only this server (may be repeated)',
  }),
}

// How what is planned may be done.
export const planning = {
  serial: Flags.custom<Settings['serial']>({
    helpValue: 'N',
    description:
      'how many web servers of an app may reload at once: a number, a share such as 25%, or half; otherwise what ' +
      'flight.yml says',
    parse: async (written) => serialSaid(written),
  })(),
  'allow-upgrades': Flags.boolean({
    default: false,
    description: 'packages may be upgraded or removed where an installation needs it',
  }),
}

// How a release of an app is made.
export const releasing = {
  yes: Flags.boolean({ default: false, description: 'do not ask' }),
  wait: Flags.boolean({ default: false, description: 'wait for whoever releases it now, instead of refusing' }),
  'without-server': Flags.string({
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    description: 'go on without this server (may be repeated)',
  }),
}

// How an environment file is pushed.
export const pushing = {
  yes: Flags.boolean({ default: false, description: 'do not ask' }),
  wait: Flags.boolean({ default: false, description: 'wait for whoever releases or pushes now, instead of refusing' }),
}

// How an environment file is read that was encrypted.
export const decrypting = {
  identity: Flags.string({
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'the private key that opens an encrypted file (may be repeated); otherwise ~/.ssh/id_ed25519 and ~/.ssh/id_rsa',
  }),
}

function serialSaid(written: string): Settings['serial'] {
  const serial = serialIn(written)
  if (serial !== undefined) return serial
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: '--serial',
    what:
      `must be a number from 1 to 500, a share from 1% to 100%, or half; is ` + JSON.stringify(written.slice(0, 40)),
    hint: 'for example --serial 1, one server after the other',
  })
}
