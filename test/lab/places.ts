import { join } from 'node:path'

// Where one lab keeps its things and which names and addresses are its own.
export type LabPlaces = {
  id: number
  // Shared by all labs of this machine.
  bases: string
  warm: string
  key: string
  // Of this lab alone.
  own: string
  hosts: string
  knownHosts: string
  sshConfig: string
  keptMark: string
  lockName: string
  // Seconds of CPU of each host that ended, a line each.
  cpuNotes: string
  bridge: string
  chain: string
  gateway: string
  subnet: string
  addressOf(octet: number): string
  // Also the name of the network interface on this side (`vb-` before it), which the kernel keeps to 15 characters.
  machineOf(octet: number): string
}

// The places of the lab named by FLIGHT_LAB_DIR and FLIGHT_LAB_ID
// (or by `id`); two ids never share anything that changes.
export function labPlaces(id = labId(process.env['FLIGHT_LAB_ID'] ?? '0')): LabPlaces {
  const root = process.env['FLIGHT_LAB_DIR'] ?? '/var/tmp/flight-lab'
  const own = join(root, `lab-${id}`)
  const network = `10.213.${7 + id}`
  return {
    id,
    bases: join(root, 'bases'),
    warm: join(root, 'warm'),
    key: join(root, 'id_ed25519'),
    own,
    hosts: join(own, 'hosts'),
    knownHosts: join(own, 'known_hosts'),
    sshConfig: join(own, 'ssh_config'),
    keptMark: join(own, 'kept'),
    cpuNotes: join(root, `cpu-of-lab-${id}`),
    lockName: `\0flight-lab-${id}`,
    bridge: `flightlab${id}`,
    chain: `FLIGHTLAB${id}`,
    gateway: `${network}.1`,
    subnet: `${network}.0/24`,
    addressOf: (octet) => `${network}.${octet}`,
    machineOf: (octet) => `fl${id}-${octet}`,
  }
}

function labId(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new Error(`FLIGHT_LAB_ID must be a number from 0 to 99, is "${text}"`)
  return Number(text)
}
