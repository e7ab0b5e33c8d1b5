import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startSshd, type Sshd } from '../transport/sshd.ts'
import { BIN, environment, flight, folderWith, type Ended } from './flight-process.ts'

// A folder whose one server is this sshd, and an ssh_config that keeps known_hosts in it.
function knowingNobody(sshd: Sshd): { cwd: string; known: string; trust(...words: string[]): Promise<Ended> } {
  const cwd = folderWith({
    'clusters/staging.yml': `php: [ 8.2 ]\nssh: { port: ${sshd.port} }\nservers: [{ name: web-1, host: 127.0.0.1 }]\n`,
  })
  const known = join(cwd, 'known_hosts')
  const config = join(cwd, 'ssh_config')
  writeFileSync(config, `Host *\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile none\n`)
  return {
    cwd,
    known,
    trust: (...words) => flight(['trust', 'web-1', ...words], { cwd, env: { FLIGHT_SSH_CONFIG: config } }),
  }
}

async function withSshd(act: (sshd: Sshd) => Promise<void>): Promise<void> {
  const sshd = await startSshd()
  try {
    await act(sshd)
  } finally {
    await sshd.stop()
  }
}

const withServer = existsSync('/usr/sbin/sshd') && process.getuid?.() === 0 ? test : test.skip

withServer('a key is accepted when its fingerprint is the expected one, once', () =>
  withSshd(async (sshd) => {
    const { known, trust } = knowingNobody(sshd)
    const first = await trust('--fingerprint', sshd.fingerprint)
    assert.is(first.exit, 0, first.stderr)
    assert.ok(first.stdout.includes(`ssh-ed25519 ${sshd.fingerprint}`))
    assert.is(readFileSync(known, 'utf8'), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`)
    const again = await trust('--fingerprint', sshd.fingerprint)
    assert.is(again.exit, 0)
    assert.match(again.stdout, /trusted already/)
    assert.is(readFileSync(known, 'utf8').split('\n').length, 2)
  }),
)

withServer('another key than the expected one is refused with 6, and nothing is written', () =>
  withSshd(async (sshd) => {
    const { known, trust } = knowingNobody(sshd)
    const { exit, stderr } = await trust('--fingerprint', 'SHA256:somethingelse')
    assert.is(exit, 6)
    assert.ok(stderr.includes(sshd.fingerprint))
    assert.not.ok(existsSync(known))
  }),
)

withServer('a key that changed is refused with 6 whatever is said, and the line to look at is named', () =>
  withSshd(async (sshd) => {
    const { known, trust } = knowingNobody(sshd)
    await trust('--yes')
    const before = readFileSync(known, 'utf8')
    await withSshd(async (other) => {
      writeFileSync(known, before.replace(sshd.hostKey, other.hostKey))
      const { exit, stderr } = await trust('--yes')
      assert.is(exit, 6)
      assert.match(stderr, /FLIGHT_HOST_KEY_CHANGED/)
      assert.match(stderr, /delete line 1/)
    })
    assert.not.ok(readFileSync(known, 'utf8').includes(sshd.hostKey))
  }),
)

const atTerminal = spawnSync('script', ['--version']).status === 0 ? withServer : test.skip
for (const [typed, code, trusted] of [
  ['y\r', 0, true],
  ['\r', 5, false],
  ['\x03', 130, false],
] as const) {
  atTerminal(`at a terminal it asks, and ${JSON.stringify(typed)} ends with ${code}`, () =>
    withSshd(async (sshd) => {
      const { cwd, known } = knowingNobody(sshd)
      const env = environment({ FLIGHT_SSH_CONFIG: join(cwd, 'ssh_config'), TERM: 'xterm' })
      const line = `${process.execPath} ${BIN} trust web-1`
      const child = spawn('script', ['-qec', line, join(cwd, 'typescript')], { cwd, env, stdio: 'pipe' })
      let shown = ''
      child.stdout.on('data', (chunk: Buffer) => {
        const asked = shown.includes('[y/N]')
        shown += chunk.toString()
        if (!asked && shown.includes('[y/N]')) child.stdin.write(typed)
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), 600_000)
      const exit = await new Promise((resolve) => child.once('close', resolve))
      clearTimeout(timer)
      assert.is(exit, code, shown)
      assert.ok(shown.includes(sshd.fingerprint))
      assert.is(existsSync(known), trusted)
    }),
  )
}

test.run()
