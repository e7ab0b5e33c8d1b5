import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { LastingHost } from '../../src/engine/host/kept-hosts.ts'
import { openRemoteHost } from '../../src/engine/host/remote-host.ts'
import type { UploadStep } from '../../src/model/step.ts'
import { createConnector, type Connector } from '../../src/transport/connector.ts'
import { temporary } from '../artifacts/repository.ts'
import type { LabHost } from '../lab/host.ts'
import { hosts, sharedLab } from '../lab/shared.ts'
import { server, SSH } from '../support/builders.ts'
import { loud } from '../support/loud.ts'
import { codesOf, refusal } from '../support/runs.ts'
import { type Gate, startGate } from '../transport/gate.ts'
import { isolated, within } from '../transport/world.ts'
import { promise } from './promise.ts'
import { eventually } from '../support/eventually.ts'

// SFTP on real hosts: who logs in, which transport, a full disk, a line that is cut, a server without it.

let lab: LabHost
let gate: Gate
let near: Connector
let throughGate: Connector
const folder = temporary('flight-sftp-')

test.before(
  loud(async () => {
    ;[lab] = await hosts({ name: 'web-1', suite: 'bookworm' })
    const { places } = await sharedLab()
    near = createConnector({ ...isolated(), sshConfigFile: places.sshConfig })
    gate = await startGate(lab.address, 22)
    const throughIt = [`Host ${lab.name}`, '  HostName 127.0.0.1', `  Port ${gate.port}`, `  HostKeyAlias ${lab.name}`]
    const file = join(folder, 'ssh_config')
    writeFileSync(file, [...throughIt, 'Host *', `  Include ${places.sshConfig}`, ''].join('\n'))
    throughGate = createConnector({ ...isolated(), sshConfigFile: file })
  }),
)
test.after(async () => {
  near?.close()
  throughGate?.close()
  await gate?.stop()
})

type Way = { user: string; transport: 'ssh2' | 'openssh' }

function open({ user, transport }: Way = { user: 'root', transport: 'ssh2' }, through = near): Promise<LastingHost> {
  const to = server(lab.name, { host: lab.name, ssh: { ...SSH, user, transport, port: undefined, become: true } })
  return within(openRemoteHost(to, (each) => through.connect(each)))
}

let artifacts = 0

// An artifact of random bytes, as a release of its own.
function artifact(size: number): UploadStep {
  const bytes = randomBytes(size)
  const file = join(folder, `artifact-${++artifacts}`)
  writeFileSync(file, bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { step: 'upload', app: 'shop', release: `${'a'.repeat(12)}-${artifacts}`, file, size, sha256 }
}

function send(host: LastingHost, step: UploadStep, patience = 60_000): Promise<void> {
  const context = { plan: `sha256:${'a'.repeat(64)}`, id: 'upload', progress: () => undefined, patience }
  return within(host.perform(step, context))
}

const placeOf = ({ app, release }: UploadStep) => `/var/lib/flight/releases/${app}/${release}/artifact.tar.gz`
const seen = (step: UploadStep) => lab.must(`stat -c '%U %a' ${placeOf(step)}; sha256sum <${placeOf(step)}`)
const right = ({ sha256 }: UploadStep) => `root 600\n${sha256}  -\n`

const WAYS: Way[] = [
  { user: 'root', transport: 'ssh2' },
  { user: 'ops', transport: 'ssh2' },
  { user: 'root', transport: 'openssh' },
  { user: 'ops', transport: 'openssh' },
]

for (const way of WAYS) {
  promise(
    `${way.user} over ${way.transport}: an artifact arrives on one more channel; a probe needs none`,
    async () => {
      const mark = lab.sshActivity().mark
      const host = await open(way)
      await host.system()
      await host.probe([{ fact: 'file', path: '/etc/passwd', wanted: undefined }])
      const channels = () => lab.sshActivity(mark).commands + lab.sshActivity(mark).subsystems
      const own = way.transport === 'openssh' ? 1 : 0 // the master's own session
      assert.is(channels(), 1 + own)
      const step = artifact(3_000_000)
      await send(host, step)
      assert.is(await seen(step), right(step))
      assert.is(channels(), 2 + own)
      await send(host, step)
      assert.is(channels(), 2 + own, 'what is there needs no channel')
      host.close()
    },
  )

  promise(`${way.user} over ${way.transport}: files are read at once, over one channel, as they are`, async () => {
    await lab.must(
      'mkdir -p /srv/read && cd /srv/read && umask 077 && head -c 1000000 /dev/zero >zeros && echo secret >own && ' +
        ': >empty && rm -f link pipe && ln -s own link && mkfifo pipe && mkdir -p folder && ' +
        'head -c 5000000 /dev/zero >huge && for n in $(seq 20); do echo "$n" >"it is $n"; done',
    )
    const host = await open(way)
    const mark = lab.sshActivity().mark
    const many = Array.from({ length: 20 }, (_, at) => `/srv/read/it is ${at + 1}`)
    const others = ['zeros', 'own', 'empty', 'link', 'pipe', 'folder', 'huge', 'gone'].map(
      (name) => `/srv/read/${name}`,
    )
    const read = await within(host.read([...others, ...many]))
    assert.equal([...read.keys()].sort(), [...others.slice(0, 3), ...many].sort())
    assert.ok(Buffer.from(read.get('/srv/read/zeros') ?? []).equals(Buffer.alloc(1_000_000)))
    assert.is(Buffer.from(read.get('/srv/read/own') ?? []).toString(), 'secret\n')
    for (const [at, path] of many.entries()) assert.is(Buffer.from(read.get(path) ?? []).toString(), `${at + 1}\n`)
    assert.is(lab.sshActivity(mark).commands, 1)
    host.close()
  })
}

promise('a disk without room is named before a byte is sent; a disk that fills meanwhile as well', async () => {
  await lab.smallDisk('/var/lib/flight', '16m')
  try {
    const host = await open()
    const large = artifact(30_000_000)
    const error = await refusal(send(host, large))
    assert.equal(codesOf(error), ['FLIGHT_STEP_FAILED'])
    assert.match(
      error.message,
      /does not fit: 30\.0 MB of it are still to be sent, and the disk of \S+ has 16\.\d MB free/,
    )
    host.close()

    const fits = artifact(12_000_000)
    gate.next.passes = 3_000_000
    const slow = await open(undefined, throughGate)
    const full = refusal(send(slow, fits))
    const passage = gate.passages.at(-1)
    await within(passage?.holds(500_000) ?? Promise.reject(new Error('nothing passed the gate')))
    await lab.run('head -c 30000000 /dev/zero >/var/lib/flight/others 2>/dev/null')
    passage?.release()
    const said = await full
    assert.equal(codesOf(said), ['FLIGHT_STEP_FAILED'])
    assert.match(
      said.message,
      /does not fit: \d+\.\d MB of it are still to be sent, and the disk of \S+ has 0\.\d MB free/,
    )
    await lab.must('rm /var/lib/flight/others')
    await send(slow, fits)
    assert.is(await seen(fits), right(fits))
    slow.close()
  } finally {
    gate.next.passes = Infinity
    await lab.removeSmallDisk('/var/lib/flight')
  }
})

promise('an upload that is cut goes on over a new connection, and bytes that come late do no harm', async () => {
  for (let round = 1; round <= 3; round++) {
    const step = artifact(8_000_000)
    gate.next.passes = 1_500_000
    const host = await open(undefined, throughGate)
    const first = gate.passages.at(-1)
    if (first === undefined) throw new Error('nothing passed the gate')
    const sent = send(host, step)
    await within(first.holds(500_000))
    const before = gate.passages.length
    gate.next.passes = 1_500_000
    first.cutClient()
    const second = await within(eventually(() => gate.passages[before]))
    await within(second.holds(500_000))
    first.release()
    await within(first.end())
    second.release()
    await sent
    assert.is(await seen(step), right(step), `round ${round}`)
    host.close()
  }
  gate.next.passes = Infinity
})

promise('a server without an sftp-server is told what it lacks, and nothing is left waiting', async () => {
  await lab.must('mv /usr/lib/openssh/sftp-server /usr/lib/openssh/sftp-server.away')
  try {
    const host = await open()
    for (const ask of [() => send(host, artifact(1_000)), () => within(host.read(['/etc/passwd']))]) {
      const error = await refusal(ask())
      assert.equal(codesOf(error), ['FLIGHT_SERVER_ANSWER'])
      assert.match(error.message, /it has no \/usr\/lib\/openssh\/sftp-server/)
    }
    host.close()
  } finally {
    await lab.must('mv /usr/lib/openssh/sftp-server.away /usr/lib/openssh/sftp-server')
  }
})

promise('a .bashrc that prints a greeting is not in the way', async () => {
  await lab.must(`printf 'echo Welcome to web-1\\necho sorry >&2\\n' | tee ~root/.bashrc >~ops/.bashrc`)
  for (const way of WAYS) {
    const host = await open(way)
    const step = artifact(1_000)
    await send(host, step)
    assert.is(await seen(step), right(step))
    host.close()
  }
})

test.run()
