import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type LabHost } from './host.ts'
import { prepareLab, type Lab } from './lab.ts'
import { type HostWish } from './wish.ts'

let opening: Promise<Lab> | undefined

// The one lab of this process, made at the first call and ended with the process, however it ends.
export function sharedLab(): Promise<Lab> {
  opening ??= prepareLab({ suites: ['bookworm', 'trixie'], log: (line) => process.stderr.write(`${line}\n`) }).then((lab) => {
    endWithProcess(lab)
    return lab
  })
  return opening
}

// Hosts of the shared lab in the order asked for: those that are there are reused (and switched on), others are started.
export async function hosts(...wishes: HostWish[]): Promise<LabHost[]> {
  const lab = await sharedLab()
  const there = wishes.map((wish) => lab.hosts.get(wish.name)).filter((host) => host !== undefined)
  await Promise.all(there.map((host) => host.boot()))
  await lab.startHosts(wishes.filter((wish) => !lab.hosts.has(wish.name)))
  return wishes.map((wish) => {
    const host = lab.hosts.get(wish.name)
    if (host?.suite !== wish.suite) throw new Error(`${wish.name} is a ${host?.suite} host already, wanted: ${wish.suite}`)
    return host
  })
}

// Ends a lab with this process: at its end, on Ctrl-C, when asked to terminate. (After SIGKILL the next start does it.)
export function endWithProcess(lab: Lab): void {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  process.once('exit', () => {
    lab.giveBack()
    // Nothing asynchronous happens any more in this process, so another one does it.
    const down = [fileURLToPath(new URL('cli.ts', import.meta.url)), 'down', '--quiet']
    spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), ...down], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 60_000,
      env: { ...process.env, FLIGHT_LAB_ID: String(lab.places.id) },
    })
  })
}
