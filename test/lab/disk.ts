import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, run } from './command.ts'
import { giveKeys } from './keys.ts'

// What a host's disk is made of: a folder of its own over read-only layers, the topmost first.
export type Disk = { folder: string; layers: readonly string[] }

// Where the host's file system is mounted.
export function rootOf(disk: Disk): string {
  return join(disk.folder, 'root')
}

// Mounts the disk; what was written before is still there.
export async function mountDisk(disk: Disk): Promise<void> {
  const part = (name: string) => join(disk.folder, name)
  for (const name of ['upper', 'work', 'root']) mkdirSync(part(name), { recursive: true })
  if (isMounted(rootOf(disk))) return
  // Layers are moved and combined anew, which an overlay with an index would refuse.
  const off = 'index=off,redirect_dir=off,metacopy=off'
  const options = `lowerdir=${disk.layers.join(':')},upperdir=${part('upper')},workdir=${part('work')},${off}`
  await must('mount', ['-t', 'overlay', 'overlay', '-o', options, part('root')])
}

// Unmounts the disk; what still holds it open (a process of a dying host) does not keep the name busy.
export async function unmountDisk(folder: string): Promise<void> {
  const root = join(folder, 'root')
  if (!isMounted(root)) return
  if ((await run('umount', [root])).code !== 0) await must('umount', ['--lazy', root])
}

// Forgets everything that was written to an unmounted disk.
export async function eraseDisk(folder: string): Promise<void> {
  if (isMounted(join(folder, 'root'))) throw new Error(`${folder}/root is still mounted and is not erased`)
  // Not in this process, so that several large disks go side by side.
  await must('rm', ['-rf', '--one-file-system', ...['upper', 'work', 'root'].map((name) => join(folder, name))])
}

// What makes a mounted fresh disk this host and no other: name, address, machine id, keys.
export async function personalize(disk: Disk, host: { name: string; network: string; labKey: string }): Promise<void> {
  const put = (path: string, text: string) => writeFileSync(join(rootOf(disk), path), text)
  put('etc/hostname', `${host.name}\n`)
  put('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n::1 localhost\n`)
  put('etc/machine-id', `${randomBytes(16).toString('hex')}\n`)
  put('etc/lab-network', host.network)
  put('var/log/sshd.log', '')
  await giveKeys(rootOf(disk), host.labKey)
}

// The folder of a warm layer: the caller's key, and what it was made on top of.
export function warmFolder(warm: string, key: string, base: string): string {
  // A base that was made anew is another one, even under the same name.
  const made = statSync(base).birthtimeMs
  return join(warm, createHash('sha256').update(`${key}\0${base}\0${made}`).digest('hex').slice(0, 16))
}

// The layers of a disk that starts from a warm layer, or nothing when it was never saved.
export function warmLayers(folder: string): string[] | undefined {
  const list = join(folder, 'layers.json')
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as string[]) : undefined
}

// Turns what an unmounted disk has written into a warm layer and gives the layers on which the disk now stands.
export function saveWarmLayer(disk: Disk, folder: string): string[] {
  const making = `${folder}.${process.pid}`
  mkdirSync(making, { recursive: true })
  renameSync(join(disk.folder, 'upper'), join(making, 'upper'))
  const layers = [join(folder, 'upper'), ...disk.layers]
  writeFileSync(join(making, 'layers.json'), JSON.stringify(layers))
  if (existsSync(folder)) rmSync(making, { recursive: true })
  else renameSync(making, folder)
  return layers
}

// Whether something is mounted at exactly this folder.
export function isMounted(folder: string): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === folder)
}
