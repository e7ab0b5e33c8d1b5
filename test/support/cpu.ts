import * as assert from 'uvu/assert'

// Fails when something takes more CPU than so many milliseconds of a machine on which the yardstick takes YARDSTICK. A
// slower machine gets as much more as it is slower, measured in the same process and at once; a faster one no less.
// Time on the clock would also pass while the machine does something else.
export async function costsAtMost(bound: number, act: () => unknown, what = 'it'): Promise<void> {
  const tried: string[] = []
  // A machine may be slow for a moment, and quick again when it is measured. What explodes does so each time.
  for (let turn = 0; turn < TURNS; turn++) {
    const cost = await cpuOf(act)
    if (cost < bound) return
    const slower = Math.max(1, (await yardstick()) / YARDSTICK)
    if (cost < bound * slower) return
    tried.push(`${cost} ms of CPU on a machine ${slower.toFixed(1)} times as slow`)
  }
  assert.unreachable(`${what} took ${tried.join(', ')}`)
}

const TURNS = 3

const YARDSTICK = 40

// A fixed piece of work of the sort that is bounded: texts, regular expressions, maps. The quickest of three, as code
// that has warmed up.
async function yardstick(): Promise<number> {
  const costs: number[] = []
  for (let round = 0; round < 3; round++) costs.push(await cpuOf(fixedWork))
  return Math.min(...costs)
}

function fixedWork(): void {
  const lines = Array.from({ length: 10_000 }, (_, index) => `KEY_${index}="value ${index} \\"quoted\\"" # why`)
  const read = new Map<string, string>()
  for (const line of lines.join('\n').split('\n')) {
    const [, key = '', value = ''] = /^([A-Z_0-9]+)="((?:[^"\\]|\\.)*)"/.exec(line) ?? []
    read.set(key, value.replace(/\\(.)/g, '$1'))
  }
  const written = JSON.parse(JSON.stringify([...read])) as [string, string][]
  assert.is(written.sort(([, a], [, b]) => (a < b ? -1 : 1)).length, 10_000)
}

async function cpuOf(act: () => unknown): Promise<number> {
  const began = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}
