import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../lab/command.ts'
import { type LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { desk, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { cluster, provisioned } from './fleet.ts'
import { inDrills, promise } from './promise.ts'
import { planOn } from './read-plan.ts'
import { loud } from '../support/loud.ts'

// Ways to a server, and what is said when there is none; the other servers go on meanwhile.

let at: Desk
let one: LabHost
let two: LabHost
let labKey: string

test.before(
  loud(async () => {
    ;[one, two] = await provisioned('web-1', 'web-2')
    const { places } = await sharedLab()
    labKey = places.key
    at = await desk({ 'clusters/web.yml': definition() })
    copyFileSync(places.knownHosts, join(at.folder, 'known_hosts'))
    at = at.where({ FLIGHT_SSH_CONFIG: sshConfig('ssh_config', [`IdentityFile ${labKey}`]) })
  }),
)

function definition(ssh = 'connect_timeout: 10', payload = 10): string {
  return cluster([one, two], `php: [ 8.2 ]\nrequest_payload: ${payload}\nssh: { ${ssh} }\n`)
}

// A configuration of the user's own: its known_hosts does not learn what the lab does to a host.
function sshConfig(name: string, lines: readonly string[]): string {
  const named = [one, two].map((host) => `Host ${host.name}\n  HostName ${host.address}\n`)
  const file = join(at.folder, name)
  const common = [
    'User root',
    `UserKnownHostsFile ${join(at.folder, 'known_hosts')}`,
    'GlobalKnownHostsFile none',
    ...lines,
  ]
  writeFileSync(file, `${named.join('')}Host *\n${common.map((line) => `  ${line}\n`).join('')}`, { mode: 0o600 })
  return file
}

const ALL = [['plan'], ['drift'], ['status'], ['doctor'], ['locks'], ['history']]
const AWAY: [string, () => Promise<unknown>, () => Promise<unknown>, RegExp, string[][]][] = [
  [
    'is switched off',
    () => two.kill(),
    () => two.boot(),
    /does not answer|no route to the host|did not accept a connection within 10 s|did not .* within 10 s/,
    [['plan']],
  ],
  [
    'refuses the connection',
    () => two.must('systemctl stop ssh.socket ssh 2>&1 || systemctl stop ssh'),
    () => two.must('systemctl start ssh'),
    /refuses the connection/,
    ALL,
  ],
  ['is silent', () => two.silence(), () => two.speak(), /did not .* within 10 s/, [['plan']]],
]

for (const [what, break_, mend, said, commands] of ofAll(AWAY, 1)) {
  promise(
    `a server that ${what} is missing from the plan, which says so; the others are planned; exit code 6`,
    async () => {
      at.put('clusters/web.yml', definition())
      await break_()
      try {
        for (const words of commands) {
          const { stdout, stderr } = await at.expect(6, ...words)
          const text = oneLine(stdout + stderr)
          assert.match(text, said, words[0])
          assert.match(text, /web-2/)
          if (words[0] !== 'locks') assert.match(text, /web-1/)
        }
        const plan = planOn(at)
        assert.equal(
          plan.servers.map(({ name }) => name),
          ['web-1'],
        )
        assert.match(plan.missing[0]?.where ?? '', 'web-2')
      } finally {
        await mend()
      }
      await at.expect(0, 'plan', '--detailed-exitcode')
    },
  )
}

inDrills('provisioning goes on without a server that cannot be reached, and finishes it later', async () => {
  at.put('clusters/web.yml', definition('connect_timeout: 10', 21))
  await two.silence()
  try {
    const { stdout } = await at.expect(6, 'provision', 'web', '--yes')
    assert.match(stdout, /web-2/)
    assert.match(await one.must('nginx -T 2>/dev/null'), /client_max_body_size 21m/)
  } finally {
    await two.speak()
  }
  await at.expect(0, 'provision', 'web', '--yes')
  assert.match(await two.must('nginx -T 2>/dev/null'), /client_max_body_size 21m/)
})

inDrills('a server that falls silent between plan and apply is left out, the rest is done; exit code 6', async () => {
  at.put('clusters/web.yml', definition('connect_timeout: 10', 22))
  await at.expect(2, 'plan', '--detailed-exitcode')
  await two.silence()
  try {
    const { stdout } = await at.expect(6, 'apply', 'plan.json')
    assert.match(oneLine(stdout), /web-2 unreachable/)
    assert.match(oneLine(stdout), /Run the same command again once web-2 can be reached/)
  } finally {
    await two.speak()
  }
  await at.expect(0, 'apply', 'plan.json')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

promise('a new host key is refused with the line that knows another; an unknown one until it is trusted', async () => {
  at.put('clusters/web.yml', definition())
  await two.reset()
  const known = join(at.folder, 'known_hosts')
  const changed = await at.expect(6, 'plan')
  assert.match(oneLine(changed.stdout), new RegExp(`${known}:\\d+`))
  assert.match(changed.stdout, 'FLIGHT_HOST_KEY_CHANGED')
  assert.match(oneLine(changed.stdout), new RegExp(escaped(two.hostKeyFingerprint())))
  assert.match((await at.expect(6, 'trust', 'web-2', '--yes')).stderr, 'FLIGHT_HOST_KEY_CHANGED')
  writeFileSync(
    known,
    readFileSync(known, 'utf8')
      .split('\n')
      .filter((line) => !line.includes(two.address))
      .join('\n'),
  )
  const unknown = await at.expect(6, 'plan')
  assert.match(unknown.stdout, 'FLIGHT_HOST_KEY_UNKNOWN')
  assert.match(oneLine(unknown.stdout), /flight trust web-2/)
  assert.match(oneLine(unknown.stdout), new RegExp(escaped(two.hostKeyFingerprint())))
  assert.match((await at.expect(5, 'trust', 'web-2')).stderr, 'FLIGHT_NOT_CONFIRMED')
  await at.expect(6, 'trust', 'web-2', '--fingerprint', one.hostKeyFingerprint())
  await at.expect(6, 'plan')
  const trusted = await at.expect(0, 'trust', 'web-2', '--fingerprint', two.hostKeyFingerprint())
  assert.match(oneLine(trusted.stdout), new RegExp(escaped(two.hostKeyFingerprint())))
  await at.expect(0, 'plan', '--server', 'web-2', '--detailed-exitcode')
})

promise('a user without sudo is told what is missing', async () => {
  at.put('clusters/web.yml', definition('user: nosudo'))
  const { stdout } = await at.expect(6, 'plan')
  assert.match(oneLine(stdout), /sudo -n does not work/)
  assert.match(oneLine(stdout), /NOPASSWD: ALL/)
  assert.match(stdout, 'FLIGHT_NO_SUDO')
})

promise('a user with sudo -n plans and applies like root', async () => {
  at.put('clusters/web.yml', definition('user: ops', 33))
  await at.expect(2, 'plan', '--detailed-exitcode')
  await at.expect(0, 'apply', 'plan.json')
  for (const host of [one, two])
    assert.is(
      await host.must(`stat -c '%U:%G %a' /etc/nginx/flight/limits.conf; grep -c 33m /etc/nginx/flight/limits.conf`),
      'root:root 644\n1\n',
    )
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('a jump host leads to a server that cannot be reached otherwise', async () => {
  at.put(
    'clusters/web.yml',
    definition('', 34).replace('host: web-2,', 'host: web-2, ssh: { jump: web-1 },').replace('ssh: {  }\n', ''),
  )
  await two.must(`echo >>/var/log/sshd.log 'from here on'`)
  await at.expect(2, 'plan', '--detailed-exitcode')
  await at.expect(0, 'apply', 'plan.json')
  const log = await two.must(`sed '1,/from here on/d' /var/log/sshd.log | grep '^Connection from'`)
  for (const line of log.trim().split('\n')) assert.match(line, `Connection from ${one.address} `)
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('a key with a passphrase says so where nobody can be asked; from an agent it works', async () => {
  at.put('clusters/web.yml', definition())
  await at.expect(0, 'provision', 'web', '--yes')
  const locked = join(at.folder, 'locked_key')
  copyFileSync(labKey, locked)
  execFileSync('chmod', ['600', locked])
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'a canary passphrase', '-f', locked])
  const without = at.where({ FLIGHT_SSH_CONFIG: sshConfig('locked_config', [`IdentityFile ${locked}`]) })
  const { stdout } = await without.expect(6, 'plan')
  assert.match(oneLine(stdout), /passphrase/)
  assert.match(stdout, locked)
  const socket = join(at.folder, 'agent')
  const agent = await run('ssh-agent', ['-a', socket])
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent.stdout)?.[1])
  try {
    await run('ssh-add', [labKey], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    const withAgent = at.where({ FLIGHT_SSH_CONFIG: sshConfig('agent_config', []), SSH_AUTH_SOCK: socket })
    await withAgent.expect(0, 'plan', '--detailed-exitcode')
  } finally {
    process.kill(pid)
  }
})

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

test.run()
