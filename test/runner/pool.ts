import { isReal } from './files.ts'

// A place where one file runs at a time, with the lab that is its own. It takes files of its kind first, then the
// others: those on real hosts mostly wait, so beside them there is CPU for the fast ones.
export type Slot = { lab: number; takes: 'fast' | 'real' }

// Runs all files, in their order within each kind, as many at once as there are slots.
export async function runInSlots(
  files: readonly string[],
  slots: readonly Slot[],
  run: (file: string, lab: number) => Promise<void>,
): Promise<void> {
  const waiting = { real: files.filter(isReal), fast: files.filter((file) => !isReal(file)) }
  const next = ({ takes }: Slot) => waiting[takes].shift() ?? waiting[takes === 'real' ? 'fast' : 'real'].shift()
  await Promise.all(
    slots.map(async (slot) => {
      for (let file = next(slot); file !== undefined; file = next(slot)) await run(file, slot.lab)
    }),
  )
}

// For each core one that prefers real hosts, and one for the fast ones. Their labs are seventeen apart: 1 is the one
// of the command line, 80 that of quickstart.
export function slotsFor(cores: number, lab: number): Slot[] {
  const real = Math.min(4, cores)
  const labs = Array.from({ length: real + 1 }, (_, n) => (lab + 17 * n) % 100)
  return labs.map((id, n) => ({ lab: id, takes: n < real ? 'real' : 'fast' }))
}
