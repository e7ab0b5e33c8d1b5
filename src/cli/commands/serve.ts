import * as Flags from '@oclif/core/flags'
import { FlightCommand } from '../everywhere/flight-command.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export default class Serve extends FlightCommand {
  static override summary = 'Run the deployment server'
  static override description =
    'Takes release requests of pipelines over HTTP, carries them out as app:release does, one at a time for each ' +
    'app, and shows what happens on a page. It listens on loopback unless `serve` in flight.yml says otherwise. ' +
    'SIGTERM ' +
    'or Ctrl-C: nothing new begins, what runs may finish; what does not is taken up by the next start, as after a kill.'
  static override flags = {
    listen: Flags.string({ helpValue: 'ADDRESS:PORT', description: 'listen there, whatever flight.yml says' }),
    level: Flags.string({
      options: [...LEVELS],
      default: 'info',
      description: 'how much it writes to stderr, as lines of JSON',
    }),
    patience: Flags.integer({
      default: 600,
      min: 0,
      max: 86_400,
      helpValue: 'SECONDS',
      description: 'how long running releases may take to finish once it is told to stop',
    }),
  }
  static override examples = [
    '<%= config.bin %> serve',
    {
      description: 'for the network, with the certificate that flight.yml names',
      command: '<%= config.bin %> serve --listen 0.0.0.0:8443',
    },
  ]

  async run(): Promise<number> {
    const { flags } = await this.parse(Serve)
    const { serve } = await import('../../server/serve.ts')
    const { heedInterrupts } = await import('../everywhere/interrupt.ts')
    return serve({
      ...flags,
      level: LEVELS.find((level) => level === flags.level) ?? 'info',
      version: this.config.version,
      listen: flags.listen === undefined ? undefined : await listenAddress(flags.listen),
      heed: heedInterrupts,
    })
  }
}

// --listen as it is written: an address of this machine and a port.
async function listenAddress(written: string): Promise<{ host: string; port: number }> {
  const { isIP } = await import('node:net')
  const { addressIn } = await import('../../definitions/resolve-serve.ts')
  const { FlightError } = await import('../../model/errors.ts')
  const { host, port } = addressIn(written)
  if (isIP(host) !== 0 && /:\d{1,5}$/.test(written) && port <= 65535) return { host, port }
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: '--listen',
    what: `must be an address of this machine and a port, is ${JSON.stringify(written.slice(0, 60))}`,
    hint: 'for example --listen 127.0.0.1:8180',
  })
}
