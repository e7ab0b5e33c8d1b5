import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import ssh2 from 'ssh2'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { watchPeer } from '../../src/transport/peer-watch.ts'
import { makeKey, startSshd } from './sshd.ts'
import { within } from './world.ts'
import { eventually } from '../support/eventually.ts'

test('a peer that answers is left alone for as long as it likes, one that falls silent is noticed', async () => {
  const sshd = await startSshd()
  const key = makeKey(sshd.folder, 'plain')
  sshd.authorize(`${key}.pub`)
  const client = new ssh2.Client()
  const socket = connect({ host: '127.0.0.1', port: sshd.port, noDelay: true })
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  await within(
    new Promise<void>((resolve) =>
      client.on('ready', () => resolve()).connect({ sock: socket, username: 'root', privateKey: readFileSync(key) }),
    ),
  )
  const pid = await within(
    new Promise<string>((resolve, reject) => {
      client.exec('echo $PPID', (error, channel) => (error ? reject(error) : resolve(text(channel))))
    }),
  )
  let silent = false
  const gone = new Promise<void>((resolve) => {
    watchPeer(
      client,
      socket,
      () => {
        silent = true
        resolve()
      },
      1000,
    )
  })
  let heard = 0
  socket.on('data', () => (heard += 1))
  await eventually(() => heard >= 5)
  assert.is(silent, false)
  process.kill(Number(pid), 'SIGSTOP')
  await within(gone)
  process.kill(Number(pid), 'SIGKILL')
  socket.destroy()
  await within(closed)
  await sshd.stop()
})

test.run()
