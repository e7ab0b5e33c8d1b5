import { must, type CommandResult } from './command.ts'
import { setSilence } from './network.ts'
import { type LabPlaces } from './places.ts'

// What can be done to a host to see how others bear it; each has its way back.
export type Faults = {
  // The network cable: the interface loses its carrier.
  cutCable(): Promise<void>
  plugCable(): Promise<void>
  // Packets both ways vanish without an answer, connections stay half open.
  silence(): Promise<void>
  speak(): Promise<void>
  // "No route to host" for everything outside the lab, at once.
  loseInternet(): Promise<void>
  regainInternet(): Promise<void>
  // A small empty disk in place of a folder, such as '16m' at /var/www.
  smallDisk(path: string, size: string): Promise<void>
  removeSmallDisk(path: string): Promise<void>
  // Cuts every SSH connection from the server's side; sshd itself goes on.
  dropConnections(): Promise<void>
}

type Target = { address: string; interface: string; run(script: string): Promise<CommandResult> }

// The faults of one host.
export function faultsOf(places: LabPlaces, target: Target): Faults {
  const inside = async (script: string) => {
    const result = await target.run(script)
    if (result.code !== 0) throw new Error(`${target.address}: ${script}: ${result.stderr.trim()}`)
  }
  const link = async (state: 'up' | 'down') => {
    await must('ip', ['link', 'set', target.interface, state])
  }
  return {
    cutCable: () => link('down'),
    plugCable: () => link('up'),
    silence: () => setSilence(places.chain, target.address, true),
    speak: () => setSilence(places.chain, target.address, false),
    loseInternet: () => inside('ip route replace unreachable default'),
    // The unreachable route is another kind of route and stays beside a new one unless it is deleted.
    regainInternet: () =>
      inside(`ip route del unreachable default; ip route replace default via ${places.gateway} dev host0`),
    smallDisk: (path, size) => inside(`mkdir -p '${path}' && mount -t tmpfs -o size=${size},mode=755 tmpfs '${path}'`),
    removeSmallDisk: (path) => inside(`umount '${path}'`),
    // The listener is the main process of ssh.service; what serves a connection is not, on any release.
    dropConnections: () =>
      inside(`main=$(systemctl show -p MainPID --value ssh); for pid in $(pgrep -x 'sshd|sshd-session|sshd-auth'); do
        [ "$pid" = "$main" ] || kill -KILL "$pid" || true; done`),
  }
}
