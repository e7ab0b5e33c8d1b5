import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import SftpClient from 'ssh2-sftp-client'
import protocol from 'ssh2/lib/protocol/SFTP.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Channel, Connection, Ending } from '../../src/transport/connection.ts'
import { createConnector, type Connector } from '../../src/transport/connector.ts'
import { openSftp } from '../../src/transport/open-sftp.ts'
import { type Sftp, SftpRefusal } from '../../src/transport/sftp.ts'
import { loud } from '../support/loud.ts'
import { makeFolder, makeKey, startSshd, type Sshd } from './sshd.ts'
import { failure, isolated, knowing, server, within } from './world.ts'

let sshd: Sshd
let connector: Connector
const folder = makeFolder()
const overEach = new Map<string, Connection>()

test.before(
  loud(async () => {
    sshd = await startSshd()
    const key = makeKey(sshd.folder, 'plain')
    sshd.authorize(`${key}.pub`)
    const config = ['Host *', `  IdentityFile ${key}`]
    connector = createConnector(knowing(isolated(config), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`))
    for (const transport of ['ssh2', 'openssh'] as const) {
      const to = server('127.0.0.1', { port: sshd.port, identityFile: key, transport })
      overEach.set(transport, await within(connector.connect(to)))
    }
  }),
)
test.after(async () => {
  connector.close()
  await sshd.stop()
})

const asRoot = { become: true, isReadOnly: false }

// The libraries' insides that SFTP over our own channels stands on.
test('canary: ssh2 and ssh2-sftp-client have the insides that Flight uses', () => {
  const require = createRequire(import.meta.url)
  const versions = ['ssh2', 'ssh2-sftp-client'].map((name) => (require(`${name}/package.json`) as Version).version)
  assert.equal(versions, ['1.17.0', '12.1.1'], 'a new version: read what sftp-session.ts says, then change this line')
  const sent: Buffer[] = []
  let isClosed = false
  const raw = new protocol.SFTP(
    {
      _protocol: {
        _remoteIdentRaw: 'SSH-2.0-OpenSSH',
        channelData: (_id, bytes) => void sent.push(bytes),
        channelClose: () => (isClosed = true),
      },
    },
    {
      type: 'session',
      incoming: { id: 0, state: 'open' },
      outgoing: { id: 0, state: 'open', window: Infinity, packetSize: Infinity },
    },
    {},
  )
  raw._init()
  assert.is(Buffer.concat(sent).toString('hex'), '000000050100000003', 'SSH_FXP_INIT, version 3')
  assert.type(raw._maxReadLen, 'number')
  assert.type(raw._maxWriteLen, 'number')
  let isReady = false
  raw.once('ready', () => (isReady = true))
  raw.push(Buffer.from('000000050200000003', 'hex'))
  assert.ok(isReady, '`ready` comes with SSH_FXP_VERSION')
  let refused: Error | undefined
  raw.open('/x', 0, 0, (error) => (refused = error))
  raw.push(null)
  assert.is(refused?.message, 'No response from server', 'null ends every open question')
  raw.on('error', () => undefined)
  raw.push(Buffer.from('Welcome to this server\n'))
  assert.ok(isClosed, 'what is not SFTP closes the channel')
  const client = new SftpClient('canary', {})
  for (const member of ['client', 'lstat', 'posixRename'] as const) assert.ok(client[member], member)
  assert.ok('sftp' in client)
})

type Version = { version: string }

async function written(sftp: Sftp, path: string, pieces: readonly (readonly [number, string])[]): Promise<void> {
  const file = await sftp.write(path)
  await Promise.all(pieces.map(([at, text]) => file.write(Buffer.from(text), at)))
  await file.sync()
  await file.close()
}

for (const transport of ['ssh2', 'openssh']) {
  const open = (change: Partial<Parameters<typeof openSftp>[1]> = {}) =>
    within(openSftp(overEach.get(transport) as Connection, { ...asRoot, ...change }))

  test(`${transport}: writes say where they belong, and a file that is there is not cut`, async () => {
    const [part, whole] = [join(folder, `${transport}.part`), join(folder, `${transport}.whole`)]
    writeFileSync(whole, 'of yesterday')
    const sftp = await open()
    await within(written(sftp, part, [[6, 'world\n'], [0, 'hello ']])) // prettier-ignore
    assert.is(statSync(part).mode & 0o777, 0o600)
    await within(written(sftp, part, [[6, 'there']]))
    assert.equal(await sftp.look(part), { size: 12, isFile: true })
    await within(sftp.rename(part, whole))
    assert.is(readFileSync(whole, 'utf8'), 'hello there\n')
    assert.ok(((await sftp.room(folder)) ?? 0) > 1_000_000)
    const file = await sftp.write(whole)
    await file.cut(5)
    await file.close()
    assert.is(readFileSync(whole, 'utf8'), 'hello')
    sftp.close()
  })

  test(`${transport}: many files are read at once, whole, in part, and to their end`, async () => {
    const large = randomBytes(1_000_003)
    writeFileSync(join(folder, 'large'), large)
    const sftp = await open({ isReadOnly: true })
    const read = await within(
      Promise.all(Array.from({ length: 40 }, (_, at) => sftp.read(join(folder, 'large'), at * 30_000))),
    )
    for (const [at, content] of read.entries()) assert.ok(content.equals(large.subarray(0, at * 30_000)), `${at}`)
    assert.ok((await sftp.read(join(folder, 'large'), 3_000_000)).equals(large))
    sftp.close()
  })

  test(`${transport}: a folder, a link and nothing are told apart; a read-only server writes nothing`, async () => {
    mkdirSync(join(folder, `${transport}-folder`))
    symlinkSync('/etc/passwd', join(folder, `${transport}-link`))
    const sftp = await open({ isReadOnly: true })
    assert.is(await sftp.look(join(folder, 'nothing')), undefined)
    assert.is((await sftp.look(join(folder, `${transport}-folder`)))?.isFile, false)
    assert.is((await sftp.look(join(folder, `${transport}-link`)))?.isFile, false)
    const refusals = await within(
      Promise.allSettled([
        sftp.write(join(folder, 'written')),
        sftp.rename(join(folder, `${transport}-folder`), join(folder, 'renamed')),
        sftp.read(join(folder, 'nothing'), 5),
      ]),
    )
    for (const refusal of refusals) assert.ok(refusal.status === 'rejected' && refusal.reason instanceof SftpRefusal)
    sftp.close()
  })

  test(`${transport}: a channel that is closed fails what is under way and what comes later`, async () => {
    const sftp = await open()
    const asked = failure('FLIGHT_CONNECTION_LOST', sftp.look('/etc'))
    sftp.close()
    await within(asked)
    await within(failure('FLIGHT_CONNECTION_LOST', sftp.look('/etc')))
  })
}

test('a shell that prints a greeting is not in the way', async () => {
  const connection = saying(`echo 'Welcome to web1, ${'x'.repeat(5000)}'; echo sorry >&2`)
  const sftp = await within(openSftp(connection, asRoot))
  assert.is((await sftp.look(folder))?.isFile, false)
  sftp.close()
})

test('what is no sftp-server is named: gone, ended, or something that prints', async () => {
  const instead = (program: string): Connection => ({
    ...(overEach.get('ssh2') as Connection),
    exec: (command) =>
      (overEach.get('ssh2') as Connection).exec(command.replace(/\/usr\/lib\/openssh\/sftp-server -u 0077/, program)),
  })
  const refused = async (program: string) =>
    (await within(failure('FLIGHT_SERVER_ANSWER', openSftp(instead(program), asRoot)))).what
  assert.is(await refused('/usr/lib/openssh/no-such-server'), 'it has no /usr/lib/openssh/sftp-server')
  assert.match(await refused('sh -c "echo no memory >&2; exit 9"'), /ended with code 9: no memory/)
  assert.match(await refused('echo Welcome to this server'), /does not speak SFTP: Packet length \d+ exceeds/)
})

test('a server that says nothing is given up, before it is open and after', async () => {
  const silent = { ...asRoot, silence: 1000 }
  const mute = await within(
    failure(
      'FLIGHT_CONNECTION_LOST',
      openSftp(
        theConnection(() => mutes()),
        silent,
      ),
    ),
  )
  assert.match(mute.what, /said nothing for 1 s/)
  const stops = saying(':', (channel) => ({ ...channel, stdin: swallowing(channel.stdin, 2) }))
  // On a slow machine it is given up before it is open: the same to whoever asks.
  const asked = openSftp(stops, silent).then((sftp) => sftp.look('/etc'))
  assert.match((await within(failure('FLIGHT_CONNECTION_LOST', asked))).what, /said nothing for 1 s/)
})

// A connection whose shells say something of their own first.
function saying(first: string, change: (channel: Channel) => Channel = (channel) => channel): Connection {
  const real = overEach.get('ssh2') as Connection
  return theConnection(async (command) => change(await real.exec(`${first}; ${command}`)))
}

function theConnection(exec: (command: string) => Promise<Channel>): Connection {
  return { ...(overEach.get('ssh2') as Connection), exec }
}

// Takes so many writes through, and loses the others.
function swallowing(stdin: Channel['stdin'], count: number): PassThrough {
  let seen = 0
  const front = new PassThrough()
  front.on('data', (bytes: Buffer) => void (seen++ < count && stdin.write(bytes)))
  return front
}

async function mutes(): Promise<Channel> {
  let end: (ending: Ending) => void = () => undefined
  const ended = new Promise<Ending>((resolve) => (end = resolve))
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  return { stdin, stdout, stderr, ended, close: () => end({ kind: 'unknown' }) }
}

test.after(() => rmSync(folder, { recursive: true, force: true }))

test.run()
