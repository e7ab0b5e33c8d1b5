import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sendFile } from '../../../src/engine/host/upload.ts'
import type { Connection } from '../../../src/transport/connection.ts'
import { createConnector, type Connector } from '../../../src/transport/connector.ts'
import { temporary } from '../../artifacts/repository.ts'
import { codesOf, refusal } from '../../support/runs.ts'
import { loud } from '../../support/loud.ts'
import { makeKey, startSshd, type Sshd } from '../../transport/sshd.ts'
import { isolated, knowing, server, within } from '../../transport/world.ts'

// The bytes of an artifact, over a real connection.

let sshd: Sshd
let connector: Connector
let connection: Connection
const folder = temporary('flight-upload-')
const got = join(folder, 'got')

test.before(
  loud(async () => {
    sshd = await startSshd()
    const key = makeKey(sshd.folder, 'plain')
    sshd.authorize(`${key}.pub`)
    connector = createConnector(knowing(isolated(), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`))
    connection = await within(60, connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key })))
  }),
)
test.after(async () => {
  connector.close()
  await sshd.stop()
})

// Sends a file to a server that has so many bytes of it, to a command there.
function send(file: string, size: number, there: number, command = `cat >>'${got}'`): Promise<void> {
  const step = { step: 'upload', app: 'shop', release: 'aaaaaaaaaaaa-1', file, size, sha256: 'a'.repeat(64) } as const
  const run = async () => ({ code: 0, stdout: Buffer.from(`${there}\n`), stderr: '' })
  return within(
    60,
    sendFile(
      step,
      { plan: '', id: '', progress: () => undefined },
      { server: 'web-1', run, exec: () => connection.exec(command) },
    ),
  )
}

function file(size: number): string {
  const path = join(folder, `file-${size}`)
  writeFileSync(path, randomBytes(size))
  return path
}

for (const size of [0, 1, 1024 * 1024, 7 * 1024 * 1024 + 123, 40_000_000]) {
  test(`${size} bytes arrive as they are`, async () => {
    const path = file(size)
    writeFileSync(got, '')
    await send(path, size, 0)
    assert.ok(readFileSync(got).equals(readFileSync(path)))
  })
}

test('a server that reads slowly, and little at a time, gets the same bytes', async () => {
  const path = file(6_000_000)
  writeFileSync(got, '')
  await send(
    path,
    6_000_000,
    0,
    `sh -c 'while [ "$(head -c 300000 | tee -a ${got} | wc -c)" -gt 0 ]; do sleep 0.02; done'`,
  )
  assert.ok(readFileSync(got).equals(readFileSync(path)))
})

test('what a server has already is not sent again', async () => {
  const path = file(5_000_001)
  writeFileSync(got, readFileSync(path).subarray(0, 1_234_567))
  await send(path, 5_000_001, 1_234_567)
  assert.ok(readFileSync(got).equals(readFileSync(path)))
  await send(path, 5_000_001, 5_000_001, 'exit 9')
})

test('a server that takes no more is quoted; a file that is gone is another matter', async () => {
  const error = await refusal(
    send(file(30_000_000), 30_000_000, 0, 'head -c 100000 >/dev/null; echo no space left >&2; exit 1'),
  )
  assert.equal(codesOf(error), ['FLIGHT_STEP_FAILED'])
  assert.match(error.message, /no space left/)
  const gone = await send(join(folder, 'gone'), 5, 0).then(
    () => undefined,
    (reason: unknown) => (reason as NodeJS.ErrnoException).code,
  )
  assert.is(gone, 'ENOENT')
})

test.run()
