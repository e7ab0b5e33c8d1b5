import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporary } from '../test/artifacts/repository.ts'
import { must } from '../test/lab/command.ts'
import type { LabHost } from '../test/lab/host.ts'

// A second way to a host, by its own name in another ssh configuration.
type Distance = { sshConfig: string; close(): void }

const [NEAR, FAR] = ['flight-near', 'flight-far']
// Kept for measurements between networks: nobody else has them.
const [HERE, THERE] = ['198.18.0.1', '198.18.0.2']

// Lays a cable to a host on which every packet is under way for half of the round trip, in milliseconds.
export async function moveAway(host: LabHost, roundTrip: number, sshConfig: string): Promise<Distance> {
  const cable = spawn(
    'perl',
    [fileURLToPath(new URL('long-cable.pl', import.meta.url)), String(roundTrip / 2000), NEAR, FAR],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const close = () => void cable.stdin.end()
  try {
    await Promise.race([
      once(cable.stdout, 'data'),
      once(cable, 'close').then(() => Promise.reject(new Error('the long cable cannot be laid'))),
    ])
    // A queue that loses nothing.
    const up = (name: string, own: string, peer: string) =>
      `ip address add ${own} peer ${peer} dev ${name} && ip link set ${name} txqueuelen 10000 up`
    await must('sh', ['-c', `ip link set ${FAR} netns ${host.leader()} && ${up(NEAR, HERE, THERE)}`])
    await host.must(up(FAR, THERE, HERE))
  } catch (error) {
    close()
    throw error
  }
  const config = join(temporary('flight-bench-distance-'), 'ssh_config')
  writeFileSync(
    config,
    `Host ${host.name}\n  HostName ${THERE}\n  HostKeyAlias ${host.name}\nHost *\n  Include ${sshConfig}\n`,
  )
  return { sshConfig: config, close }
}
