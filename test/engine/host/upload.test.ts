import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Sending, sendFile } from '../../../src/engine/host/upload.ts'
import { FlightError } from '../../../src/model/errors.ts'
import type { Connection } from '../../../src/transport/connection.ts'
import { createConnector, type Connector } from '../../../src/transport/connector.ts'
import { openSftp } from '../../../src/transport/open-sftp.ts'
import { type Sftp, SftpRefusal } from '../../../src/transport/sftp.ts'
import { upload } from '../../../src/transport/sftp-upload.ts'
import { temporary } from '../../artifacts/repository.ts'
import { loud } from '../../support/loud.ts'
import { codesOf, refusal } from '../../support/runs.ts'
import { type Gate, startGate } from '../../transport/gate.ts'
import { makeKey, startSshd, type Sshd } from '../../transport/sshd.ts'
import { isolated, knowing, server, within } from '../../transport/world.ts'
import { eventually } from '../../support/eventually.ts'

// The bytes of an artifact, over a real connection and a real sftp-server.

let sshd: Sshd
let gate: Gate
let connector: Connector
let connection: Connection
let connectThroughGate: () => Promise<Connection>
const folder = temporary('flight-upload-')
const [part, whole] = [join(folder, 'part'), join(folder, 'whole')]

test.before(
  loud(async () => {
    sshd = await startSshd()
    gate = await startGate('127.0.0.1', sshd.port)
    const key = makeKey(sshd.folder, 'plain')
    sshd.authorize(`${key}.pub`)
    const known = [sshd.port, gate.port].map((port) => `[127.0.0.1]:${port} ${sshd.hostKey}`)
    connector = createConnector(knowing(isolated(), ...known))
    const to = (port: number) => within(connector.connect(server('127.0.0.1', { port, identityFile: key })))
    connection = await to(sshd.port)
    connectThroughGate = () => to(gate.port)
  }),
)
test.after(async () => {
  connector.close()
  await gate.stop()
  await sshd.stop()
})

// What a server far away does, that two channels are for.
const far = (sftp: Sftp): Partial<Sftp> => ({ room: () => sleep(25).then(() => sftp.room(folder)) })

// sftp-server with an artifact's places moved into a folder of the test's.
async function moved(to: Connection, change: (sftp: Sftp) => Partial<Sftp> = () => ({})): Promise<Sftp> {
  const sftp = await openSftp(to, { become: false, isReadOnly: false })
  const place = (path: string) => (path.endsWith('.part') ? part : whole)
  return {
    ...sftp,
    look: (path) => sftp.look(place(path)),
    room: () => sftp.room(folder),
    write: (path) => sftp.write(place(path)),
    rename: (from, to) => sftp.rename(place(from), place(to)),
    ...change(sftp),
  }
}

// Sends a file to a server that says so much of it is there.
function send(file: string, size: number, change: Partial<Sending> = {}, to = connection): Promise<void> {
  const step = { step: 'upload', app: 'shop', release: 'aaaaaaaaaaaa-1', file, size, sha256: 'a'.repeat(64) } as const
  const said = () => `${lying()}\n`
  return within(
    sendFile(step, {
      server: 'web-1',
      run: async () => ({ code: 0, stdout: Buffer.from(said()), stderr: '' }),
      sftp: () => moved(to),
      progress: () => undefined,
      moved: () => undefined,
      ...change,
    }),
  )
}

function nothingThere(): void {
  for (const path of [part, whole]) rmSync(path, { force: true })
}

function file(size: number): string {
  const path = join(folder, `file-${size}`)
  writeFileSync(path, randomBytes(size))
  return path
}

// How much of it lies on the server.
const lying = () => statSync(part, { throwIfNoEntry: false })?.size ?? 0

const arrived = (path: string) => readFileSync(whole).equals(readFileSync(path))

for (const size of [0, 1, 255 * 1024, 255 * 1024 * 16 + 1, 40_000_000]) {
  test(`${size} bytes arrive as they are, with what is on its way told in order`, async () => {
    nothingThere()
    const path = file(size)
    let told = 0
    await send(path, size, { moved: () => told++ })
    assert.ok(arrived(path))
    assert.is(told, Math.ceil(size / (255 * 1024)))
    assert.is(statSync(whole).mode & 0o777, 0o600)
    assert.is(statSync(part, { throwIfNoEntry: false }), undefined)
  })
}

for (const [roundTrip, pieces] of [
  [0, 4],
  [8, 4],
  [12, 5],
  [100, 16],
] as const)
  test(`to a server ${roundTrip} ms away ${pieces} pieces are under way at once, and never more`, async () => {
    nothingThere()
    const size = 40 * 255 * 1024
    const path = file(size)
    let [now, most] = [0, 0]
    // Nothing is answered until so many are under way.
    const counts = (sftp: Sftp): Partial<Sftp> => ({
      write: async () => {
        const open = await sftp.write(part)
        let isFull: () => void
        const full = new Promise<void>((resolve) => (isFull = resolve))
        return {
          ...open,
          async write(bytes, at) {
            most = Math.max(most, ++now)
            if (now === pieces) isFull()
            await Promise.all([open.write(bytes, at), full])
            now--
          },
        }
      },
    })
    const sftp = await moved(connection, counts)
    const to = { part: 'x.part', whole: 'x', there: 0, roundTrip, reached: () => undefined }
    await within(upload([sftp], { file: path, size, ...to }))
    sftp.close()
    assert.is(most, pieces)
    assert.ok(arrived(path))
  })

test('what a server has already is not sent again; what it has whole needs no channel', async () => {
  nothingThere()
  const path = file(5_000_001)
  // Only the digest would tell: the first bytes are taken for those that were sent before.
  writeFileSync(part, Buffer.concat([Buffer.alloc(1_000), readFileSync(path).subarray(1_000, 1_234_567)]))
  await send(path, 5_000_001)
  assert.ok(readFileSync(whole).subarray(1_000).equals(readFileSync(path).subarray(1_000)))
  assert.ok(readFileSync(whole).subarray(0, 1_000).equals(Buffer.alloc(1_000)))
  nothingThere()
  writeFileSync(part, readFileSync(path))
  await send(path, 5_000_001)
  assert.ok(arrived(path))
  const noChannel = () => Promise.reject(new Error('no channel is needed'))
  await send(path, 5_000_001, {
    run: async () => ({ code: 0, stdout: Buffer.from('all\n'), stderr: '' }),
    sftp: noChannel,
  })
})

test('a disk without room is named before a byte is sent: what is needed, what there is, where', async () => {
  nothingThere()
  const error = await refusal(
    send(file(30_000_000), 30_000_000, { sftp: () => moved(connection, () => ({ room: async () => 12_345_678 })) }),
  )
  assert.equal(codesOf(error), ['FLIGHT_STEP_FAILED'])
  assert.match(error.message, /does not fit: 30\.0 MB of it are still to be sent/)
  assert.match(error.message, /the disk of \/var\/lib\/flight\/releases\/shop\/aaaaaaaaaaaa-1 has 12\.3 MB free/)
  assert.is(statSync(part, { throwIfNoEntry: false }), undefined)
})

for (const [size, good] of [
  [12_000_000, 4],
  [36_000_000, 8], // over two channels
] as const)
  test(`a write that is refused leaves what is known good of ${size} bytes, and the next run goes on`, async () => {
    nothingThere()
    const path = file(size)
    // The fifth write of each channel fails; those that are under way behind it work.
    const refuses = (sftp: Sftp): Partial<Sftp> => ({
      ...far(sftp),
      write: async () => {
        const open = await sftp.write(part)
        let count = 0
        return {
          ...open,
          write: (bytes, at) => (++count === 5 ? Promise.reject(new SftpRefusal('Failure')) : open.write(bytes, at)),
        }
      },
    })
    const error = await refusal(send(path, size, { sftp: () => moved(connection, refuses) }))
    assert.equal(codesOf(error), ['FLIGHT_STEP_FAILED'])
    assert.match(error.message, /could not be sent: Failure/)
    assert.is(statSync(part).size, good * 255 * 1024)
    await send(path, size)
    assert.ok(arrived(path))
  })

test('a large upload that was cut may have gaps in its last bytes: those are sent again, no others', async () => {
  nothingThere()
  const path = file(40_000_000)
  const lies = Buffer.from(readFileSync(path).subarray(0, 30_000_000))
  lies.fill(0, 22_000_000, 29_000_000)
  lies.fill(0, 0, 1000) // only the digest would tell
  writeFileSync(part, lies)
  let told = 0
  await send(path, 40_000_000, { moved: () => told++ })
  assert.ok(readFileSync(whole).subarray(1000).equals(readFileSync(path).subarray(1000)))
  assert.ok(readFileSync(whole).subarray(0, 1000).equals(Buffer.alloc(1000)))
  assert.is(told, Math.ceil((10_000_000 + 32 * 255 * 1024) / (255 * 1024)))
})

test('where a server allows no second channel the first one carries all', async () => {
  nothingThere()
  const path = file(36_000_000)
  let asked = 0
  const sftp = () =>
    ++asked === 1
      ? moved(connection, far)
      : Promise.reject(new FlightError({ code: 'FLIGHT_SERVER_ANSWER', where: 'web-1', what: 'no' }))
  await send(path, 36_000_000, { sftp })
  assert.is(asked, 2)
  assert.ok(arrived(path))
})

test('a file of ours that is gone is another matter', async () => {
  nothingThere()
  const gone = await send(join(folder, 'gone'), 5).then(
    () => undefined,
    (reason: unknown) => (reason as NodeJS.ErrnoException).code,
  )
  assert.is(gone, 'ENOENT')
})

// A slow line behind a bastion: the connection is cut while bytes that have left us are still held there. They reach
// the server in the middle of the second attempt.
const SIZE = 6_000_000

for (const [what, bytes, passes, rounds] of [
  ['an upload', SIZE, 1_000_000, 3],
  ['one over two channels', 6 * SIZE, 12_000_000, 1],
] as const)
  test(`${what} that was cut is right although its late bytes arrive while it goes on`, async () => {
    for (let round = 1; round <= rounds; round++) {
      nothingThere()
      const size = bytes + round
      const path = file(size)
      const first = await heldBack(passes, async (to) => send(path, size, { sftp: () => moved(to, far) }, to))
      assert.ok(lying() > 0 && lying() < size, `${lying()}`)
      gate.next.passes = 800_000
      const again = await connectThroughGate()
      const second = send(path, size, { sftp: () => moved(again, far) }, again)
      const passage = gate.passages.at(-1)
      await within(passage?.holds(500_000) ?? Promise.reject(new Error('no passage')))
      first.release()
      await within(first.end())
      passage?.release()
      await second
      assert.ok(arrived(path), `round ${round}`)
    }
  })

// What the drill above is for: it must break an upload that appends, as this one of old did.
test('the same drill spoils an upload that appends', async () => {
  nothingThere()
  const path = file(SIZE)
  const content = readFileSync(path)
  const append = async (to: Connection, bytes: Buffer) => {
    const channel = await to.exec(`cat >>'${part}'`)
    channel.stdout.resume()
    channel.stderr.resume()
    channel.stdin.end(bytes)
    if ((await channel.ended).kind !== 'exit')
      throw new FlightError({ code: 'FLIGHT_CONNECTION_LOST', where: '', what: 'lost' })
  }
  const first = await heldBack(1_000_000, (to) => append(to, content))
  const there = lying()
  const middle = there + 1_000_000
  await within(append(connection, content.subarray(there, middle)))
  first.release()
  await within(eventually(() => lying() > middle))
  await within(first.end())
  await within(append(connection, content.subarray(middle)))
  assert.not.ok(readFileSync(part).equals(content))
})

// Begins an upload of which so many bytes pass, and cuts it when more are held back.
async function heldBack(passes: number, begin: (to: Connection) => Promise<void>): Promise<Gate['passages'][number]> {
  gate.next.passes = passes
  const lost = refusal(begin(await connectThroughGate()))
  const passage = gate.passages.at(-1)
  if (passage === undefined) throw new Error('nothing passed the gate')
  await within(passage.holds(500_000))
  // What has passed is written before the size is asked for: the late bytes are the held ones.
  await within(eventually(() => lying() > 0.7 * passes))
  passage.cutClient()
  assert.equal(codesOf(await within(lost)), ['FLIGHT_CONNECTION_LOST'])
  gate.next.passes = Infinity
  return passage
}

test.run()
