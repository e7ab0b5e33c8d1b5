import { quote } from '../../src/shell/quote.ts'
import { type LabHost } from '../lab/host.ts'

// What supervisor says of one program: RUNNING with its process, or another state.
export type Worker = { name: string; state: string; pid: number | undefined }

// All that supervisor knows on a host, sorted by name.
export async function workersOn(host: LabHost): Promise<Worker[]> {
  // It exits 3 when some do not run.
  const { stdout } = await host.run('supervisorctl status')
  return stdout
    .split('\n')
    .flatMap((line) => {
      const [name, state] = line.split(/\s+/)
      const pid = /\bpid (\d+)/.exec(line)?.[1]
      return name === undefined || state === undefined || !/^[A-Z]+$/.test(state)
        ? []
        : [{ name, state, pid: pid === undefined ? undefined : Number(pid) }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

// The processes of the running workers of one queue or daemon, by the names of their programs.
export async function pidsOf(host: LabHost, app: string, program: string): Promise<Map<string, number>> {
  const running = (await workersOn(host)).filter(
    ({ name, state }) => state === 'RUNNING' && name.startsWith(`${app}.${program}.`),
  )
  return new Map(running.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid] as const])))
}

// The command lines of everything that runs as a user, supervised or not.
export async function processesOf(host: LabHost, user: string): Promise<string[]> {
  const { stdout } = await host.run(`ps -u ${quote(user)} -o args=`)
  return stdout.split('\n').filter((line) => line.trim() !== '')
}
