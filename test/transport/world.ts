import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { FlightError, type ErrorCode } from '../../src/model/errors.ts'
import type { Server, SshSettings } from '../../src/model/server.ts'
import type { Connection, Ending } from '../../src/transport/connection.ts'
import type { ConnectorOptions } from '../../src/transport/connector.ts'
import { makeFolder } from './sshd.ts'

// Options of a connector that sees nothing of this machine's own ssh configuration.
export function isolated(config: string[] = [], change: Partial<ConnectorOptions> = {}): ConnectorOptions {
  const home = makeFolder()
  const sshConfigFile = join(home, 'ssh_config')
  const defaults = ['Host *', `  UserKnownHostsFile ${join(home, 'known_hosts')}`, '  GlobalKnownHostsFile none']
  writeFileSync(sshConfigFile, [...config, ...defaults].join('\n') + '\n', { mode: 0o600 })
  return {
    home,
    localUser: 'nobody',
    agentSocket: undefined,
    sshConfigFile,
    knownHostsFile: undefined,
    signal: undefined,
    askPassphrase: () => Promise.resolve(undefined),
    warn: () => undefined,
    ...change,
  }
}

// Writes the known_hosts file of such a world.
export function knowing(options: ConnectorOptions, ...lines: string[]): ConnectorOptions {
  writeFileSync(join(options.home, 'known_hosts'), lines.join('\n') + '\n')
  return options
}

export function server(host: string, ssh: Partial<SshSettings> = {}): Server {
  return {
    name: 'web1',
    cluster: 'test',
    host,
    webServer: true,
    ssh: {
      user: 'root',
      port: undefined,
      jump: undefined,
      identityFile: undefined,
      become: false,
      connectTimeout: 20,
      transport: 'ssh2',
      ...ssh,
    },
  }
}

// Runs one command to its end.
export async function run(
  connection: Connection,
  command: string,
  input = '',
): Promise<{ out: string; err: string; ending: Ending }> {
  const channel = await connection.exec(command)
  channel.stdin.end(input)
  const [out, err, ending] = await Promise.all([text(channel.stdout), text(channel.stderr), channel.ended])
  return { out, err, ending }
}

// The FlightError with this code that the work must fail with.
export async function failure(
  code: ErrorCode,
  work: Promise<unknown>,
): Promise<{ where: string; what: string; hint: string }> {
  try {
    await work
  } catch (error) {
    const problem = error instanceof FlightError ? error.problems[0] : undefined
    if (problem?.code === code) return { hint: '', ...problem }
    throw error
  }
  throw new Error(`expected ${code}, but it worked`)
}

// Fails instead of hanging the whole test run: after ten minutes, since a machine may be as slow as it likes.
export function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('not done within 10 minutes')), 600_000)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
