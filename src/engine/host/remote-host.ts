import { FlightError, onServer } from '../../model/errors.ts'
import type { Holder, StepContext } from '../../model/host.ts'
import { BEGUN, HISTORY, MANIFEST, SERVER_FOLDER } from '../../model/record.ts'
import { briefly } from '../../model/printable.ts'
import type { Server, System } from '../../model/server.ts'
import type { Step } from '../../model/step.ts'
import { program } from '../../shell/program.ts'
import { quote } from '../../shell/quote.ts'
import type { Connection } from '../../transport/connection.ts'
import { openSftp } from '../../transport/open-sftp.ts'
import { holderInTheWay, holderScript, lockedBy, parseHolders, takeServerLock } from '../../transport/server-lock.ts'
import { HeldLock } from './held-lock.ts'
import type { LastingHost } from './kept-hosts.ts'
import { Link } from './link.ts'
import { inTheWay, runningScript, type RunningStep, runningSteps } from './long-step.ts'
import { performStep } from './perform-step.ts'
import { probeOf } from './probe.ts'
import { readFiles } from './read-files.ts'

// A real server: one connection, one control channel, and a lock channel while something is applied.
export async function openRemoteHost(
  server: Server,
  dial: (server: Server) => Promise<Connection>,
): Promise<LastingHost> {
  const link = new Link(server, dial)
  await link.open()
  const printed = async (script: string) => (await link.run(script)).stdout.toString('utf8')
  const holders = async () => parseHolders(await printed(holderScript()))
  const lock = new HeldLock(
    (claimed) => takeServerLock(link.connection, server.ssh.become, claimed, holders),
    async ({ claim }) => holderInTheWay(await holders(), claim),
  )

  const sftp = ({ isReadOnly }: { isReadOnly: boolean }) =>
    openSftp(link.connection, { become: server.ssh.become, isReadOnly })

  return {
    server: server.name,
    hostKey: link.hostKey,
    async system() {
      return parseSystem(await printed(systemScript()), server.name, link.user)
    },
    async probe(queries) {
      const probe = probeOf(queries)
      const { stdout } = await link.run(probe.script)
      return probe.parse(stdout, server.name)
    },
    async lock(holder, plan, claim) {
      const held = await lock.take({ holder, claim })
      const said = await printed(`${runningScript()}\n[ ! -e ${begunNote(plan)} ] || echo begun`)
      const running = inTheWay(runningSteps(said), plan, claim)
      if (running.length === 0) return { ...held, hasBegun: said.split('\n').includes('begun') }
      await held.release()
      throw lockedBy(server.name, stepHolder(server.name, running))
    },
    async begin(plan) {
      const { code, stderr } = await link.run(
        program('begin-plan', { note: begunNote(plan), folder: BEGUN, private: [MANIFEST, HISTORY] }),
      )
      // Without that note a plan that is left half done could not go on.
      if (code !== 0) throw notBegun(server.name, stderr)
    },
    async holders() {
      const held = await holders()
      if (held.length > 0) return held.map(({ holder }) => holder)
      const step = stepHolder(server.name, runningSteps(await printed(runningScript())))
      return step === undefined ? [] : [step]
    },
    perform: (step: Step, context: StepContext) =>
      performStep(step, context, {
        server: server.name,
        run: (script, follow) => link.run(script, follow),
        again: () => link.reopen().then(() => lock.retake()),
        sftp: () => sftp({ isReadOnly: false }),
      }),
    async record(line) {
      await link.run(
        `umask 022 && mkdir -p ${SERVER_FOLDER} && umask 077 && printf '%s\\n' ${quote(line)} >>${HISTORY}`,
      )
    },
    async history() {
      return (await printed(`tail -n 200 ${HISTORY} 2>/dev/null`)).split('\n').filter((line) => line !== '')
    },
    async read(paths) {
      return readFiles(await sftp({ isReadOnly: true }), paths)
    },
    isUsable: (idle) => link.isUsable(idle),
    close: () => link.close(),
  }
}

function notBegun(server: string, stderr: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_STEP_FAILED',
    ...onServer(server),
    what: `cannot record that this plan has begun, so nothing was done: ${briefly(stderr)}`,
    hint: `look at ${BEGUN} there (is the disk full, or out of inodes?), then run the same command again`,
  })
}

// A note has the whole digest for its name, so that no other plan can be made to fit it.
function begunNote(plan: string): string {
  return `${BEGUN}/${plan.replace(/[^0-9a-z]/g, '-')}`
}

// A step that outlived its run holds the server as well: nobody is there to name but the step itself.
function stepHolder(server: string, running: readonly RunningStep[]): Holder | undefined {
  const [first] = running
  return first === undefined
    ? undefined
    : {
        who: 'a step of a run that ended',
        from: server,
        what: running.map(({ unit }) => unit).join(', '),
        since: first.since,
      }
}

// Shell that says what a server is.
const systemScript = () => program('system')

function parseSystem(output: string, server: string, loginUser: string): System {
  const [id = '', codename = '', name = '', arch = '', ipv6, init, uid] = output
    .split('\n')
    .map((line) => line.trim().slice(0, 100))
  if (uid !== '0') {
    throw new FlightError({
      code: 'FLIGHT_NO_SUDO',
      ...onServer(server),
      what: `logged in as ${loginUser}, who is not root, and \`become\` is off`,
      hint: 'log in as root, or set `become: true` in ssh: and allow this user `NOPASSWD: ALL` in sudoers',
    })
  }
  if (init !== 'systemd') {
    throw new FlightError({
      code: 'FLIGHT_UNSUPPORTED_SYSTEM',
      ...onServer(server),
      what: `${name || 'this system'} does not run systemd`,
      hint: 'Flight works with Debian 12 and 13 and Ubuntu 22.04 and 24.04, as they come',
    })
  }
  return { id, codename, name, arch, ipv6: ipv6 === 'yes' }
}
