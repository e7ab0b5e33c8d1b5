import { spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection, Ending } from '../../src/transport/connection.ts'
import { openControl } from '../../src/transport/control.ts'
import { codesOf, refusal } from '../support/runs.ts'
import { makeFolder } from './sshd.ts'

// A login of another user than root, in a shell of this machine that finds this program as sudo, or none.
function loginWith(sudo: string | undefined, shell = '/bin/sh'): Connection {
  const bin = makeFolder()
  if (sudo !== undefined) {
    writeFileSync(join(bin, 'sudo'), `#!/bin/sh\n${sudo}\n`)
    chmodSync(join(bin, 'sudo'), 0o755)
  }
  return {
    server: 'web-1',
    user: 'deploy',
    hostKey: '',
    lost: new Promise(() => undefined),
    close: () => undefined,
    async exec(command) {
      const child = spawn(shell, ['-c', command], { env: { PATH: bin } })
      const ended = new Promise<Ending>((resolve) =>
        child.once('close', (code, signal) =>
          resolve(code === null ? { kind: 'signal', signal: String(signal) } : { kind: 'exit', code }),
        ),
      )
      child.stdin.on('error', () => undefined)
      const { stdin, stdout, stderr } = child
      return { stdin, stdout, stderr, ended, close: () => stdin.end() }
    },
  }
}

for (const [what, sudo] of [
  ['says so in English', 'echo "sudo: a password is required" >&2; exit 1'],
  ['says so in another language', 'echo "sudo : il est nécessaire de saisir un mot de passe" >&2; exit 1'],
  ['says nothing', 'exit 1'],
  ['is not there', undefined],
] as const)
  test(`sudo that ${what}: the user has no sudo`, async () => {
    assert.equal(codesOf(await refusal(openControl(loginWith(sudo), true))), ['FLIGHT_NO_SUDO'])
  })

test('a shell that ends before it is asked for anything, whatever it says, is not sudo that refuses', async () => {
  const nologin = loginWith('exit 1', '/bin/false')
  assert.equal(codesOf(await refusal(openControl(nologin, true))), ['FLIGHT_CONNECTION_LOST'])
})

test('sudo that is killed is not sudo that refuses', async () => {
  assert.equal(codesOf(await refusal(openControl(loginWith('kill -KILL $$'), true))), ['FLIGHT_CONNECTION_LOST'])
})

test('through sudo, scripts run and answer', async () => {
  const control = await openControl(loginWith('[ "$1 $2" = "-n --" ] && shift 2 && exec "$@"'), true)
  const { code, stdout } = await control.run('printf hello; exit 3')
  assert.equal([code, stdout.toString()], [3, 'hello'])
  control.close()
  await control.ended
})

test.run()
