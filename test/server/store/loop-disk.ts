import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { must, run } from '../../lab/command.ts'

// A small ext4 in a file, mounted at a folder.
export type LoopDisk = { image: string; device: string; folder: string }

// Why no disk can be made here, or nothing.
export function loopUnavailable(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root (it mounts a disk of its own)'
  const missing = ['losetup', 'mkfs.ext4', 'mount', 'umount'].find(
    (program) => spawnSync(program, ['--version']).error !== undefined,
  )
  if (missing !== undefined) return `it needs ${missing}`
  return existsSync('/dev/loop-control') ? undefined : 'it needs loop devices'
}

// A new disk. Its journal is committed only when somebody asks
// for it: what is written otherwise stays in memory for minutes.
export async function newDisk(image: string, folder: string, size: string): Promise<LoopDisk> {
  await must('truncate', ['-s', size, image])
  await must('mkfs.ext4', ['-q', '-F', image])
  return mounted(image, folder)
}

// Mounts what a disk held, as after a boot: the file system replays its journal.
export async function mounted(image: string, folder: string): Promise<LoopDisk> {
  mkdirSync(folder, { recursive: true })
  const device = (await must('losetup', ['--find', '--show', image])).trim()
  const disk = { image, device, folder }
  try {
    await must('mount', ['-t', 'ext4', '-o', 'commit=300', device, folder])
  } catch (error) {
    await must('losetup', ['-d', device])
    throw error
  }
  return disk
}

// Whatever still holds it; nothing of it stays.
export async function unmounted({ device, folder }: LoopDisk): Promise<void> {
  if ((await run('umount', [folder])).code !== 0) await must('umount', ['--lazy', folder])
  await must('losetup', ['-d', device])
}
