import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type CommandResult } from './command.ts'
import { type Disk, eraseDisk, mountDisk, personalize, rootOf, saveWarmLayer, unmountDisk, warmFolder } from './disk.ts'
import { faultsOf, type Faults } from './faults.ts'
import { writeRecord, type HostRecord } from './host-record.ts'
import { runInside } from './inside.ts'
import { hostKeys } from './keys.ts'
import { cutPower, leaderOf, runningMachine, shutDown, switchOn } from './machine.ts'
import { type LabPlaces } from './places.ts'
import { markProcess, waitUntilGone } from './process.ts'
import { waitUntilReady } from './ready.ts'
import { readSshActivity, type SshActivity } from './ssh-activity.ts'

// One real Debian machine of the lab.
export type LabHost = Faults & {
  name: string
  address: string
  suite: HostRecord['suite']
  // Its file system as seen from here (without its /run and /tmp).
  root: string
  console: string
  // The fingerprint of its ed25519 host key, `SHA256:…`, as ssh prints it.
  hostKeyFingerprint(): string
  // The number, on this machine, of its process 1.
  leader(): number
  isOn(): boolean
  // Runs a shell script inside as root, not over ssh.
  run(script: string, options?: { timeoutSeconds?: number }): Promise<CommandResult>
  // The same for a script that has to succeed; gives its standard output.
  must(script: string, options?: { timeoutSeconds?: number }): Promise<string>
  // What sshd did since a mark, by default since the last boot.
  sshActivity(since?: number): SshActivity
  // Switches on with the disk as it is, and waits until it can be used.
  boot(): Promise<void>
  // Lets it reboot itself, and waits until it can be used again.
  reboot(): Promise<void>
  // Shuts down in order; the disk stays.
  stop(): Promise<void>
  // A power cut; the disk stays.
  kill(): Promise<void>
  // As new: the disk as it was on the first boot, other host keys; on afterwards when it was on before.
  reset(): Promise<void>
  // Keeps the disk of a host that is off as the layer that `warm: key` starts from (the host then has other host keys).
  saveWarm(key: string): Promise<void>
  // Gone for good, with its disk.
  remove(): Promise<void>
}

// What a host tells the lab that has it.
export type HostNews = { keysChanged(): void; removed(): void }

// Makes a host of its record.
export function makeHost(places: LabPlaces, mtu: number, first: HostRecord, news: HostNews): LabHost {
  let record = first
  let bootMark = 0
  const folder = join(places.hosts, record.name)
  const address = places.addressOf(record.octet)
  const network = `ADDRESS=${address}\nGATEWAY=${places.gateway}\nMTU=${mtu}\n`
  const machine = {
    folder,
    machine: places.machineOf(record.octet),
    hostname: record.name,
    bridge: places.bridge,
    cpuNotes: places.cpuNotes,
  }
  const disk = (): Disk => ({ folder, layers: record.layers })
  const root = rootOf(disk())
  const log = join(root, 'var/log/sshd.log')

  const leader = () => {
    const pid = leaderOf(machine.machine)
    if (pid === undefined) throw new Error(`${record.name} is off`)
    return pid
  }
  const run: LabHost['run'] = async (script, options) => runInside(leader(), script, options?.timeoutSeconds ?? 1800)
  const isOn = () => runningMachine(folder) !== undefined

  const remember = (change: Partial<HostRecord>) => {
    record = { ...record, ...change }
    writeRecord(folder, record)
    news.keysChanged()
  }
  const boot = async () => {
    if (isOn()) return
    await mountDisk(disk())
    if (record.hostKeys.length === 0) {
      await personalize(disk(), { name: record.name, network, labKey: places.key })
      remember({ hostKeys: hostKeys(root) })
    }
    await waitUntilReady(machine, await switchOn(machine), address)
    bootMark = readSshActivity(log, 0).mark
  }
  const off = async (end: () => Promise<void>) => {
    await end()
    await unmountDisk(folder)
  }
  const kill = () => off(() => cutPower(machine))
  const stop = () => off(() => shutDown(machine, 300))
  const faults = faultsOf(places, { address, interface: `vb-${machine.machine}`, run })

  return {
    name: record.name,
    address,
    suite: record.suite,
    root,
    console: join(folder, 'console.log'),
    hostKeyFingerprint() {
      const key = record.hostKeys[0]?.split(' ')[1] ?? ''
      return `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`
    },
    leader,
    isOn,
    run,
    async must(script, options) {
      const result = await run(script, options)
      if (result.code === 0) return result.stdout
      throw new Error(`${record.name}: ended with ${result.code}: ${script}\n${result.stdout}${result.stderr}`)
    },
    sshActivity: (since = bootMark) => readSshActivity(log, since),
    boot,
    async reboot() {
      const [keeper, before] = [runningMachine(folder), markProcess(leader())]
      await run('systemctl reboot')
      if (keeper === undefined || before === undefined) throw new Error(`${record.name} is off`)
      if (!(await waitUntilGone(before, 600)))
        throw new Error(`${record.name} does not reboot: after 600 s it is still up`)
      await waitUntilReady(machine, keeper, address)
      bootMark = readSshActivity(log, 0).mark
    },
    stop,
    kill,
    async reset() {
      const wasOn = isOn()
      await kill()
      await faults.speak()
      await eraseDisk(folder)
      remember({ hostKeys: [] })
      if (wasOn) await boot()
    },
    async saveWarm(key) {
      if (isOn()) throw new Error(`${record.name} is on: stop() it before saveWarm()`)
      const base = record.layers.at(-1) as string
      remember({ layers: saveWarmLayer(disk(), warmFolder(places.warm, key, base)), hostKeys: [] })
    },
    async remove() {
      await kill()
      await eraseDisk(folder)
      rmSync(folder, { recursive: true })
      news.removed()
    },
    ...faults,
  }
}
