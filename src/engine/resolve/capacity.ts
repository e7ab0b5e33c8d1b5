import type { Cluster, Program } from '../../model/definitions.ts'
import type { MemoryFact } from '../../model/fact.ts'
import type { AppOnServer } from '../../features/feature.ts'

// What a worker may use where its command does not say --memory=N: the default of artisan queue:work.
const WORKER_MEGABYTES = 128

const MOST_NAMED = 6

type Addend = { megabytes: number; text: string }

// Warns, with the sum, when the pools and workers of a server's apps may together take more memory than it has.
export function capacityWarning(
  apps: readonly AppOnServer[],
  cluster: Cluster,
  { megabytes }: MemoryFact,
): string | undefined {
  const addends = apps
    .flatMap((one) => [...poolOf(one, cluster), ...workersOf(one)])
    .sort((a, b) => b.megabytes - a.megabytes || (a.text < b.text ? -1 : 1))
  const sum = addends.reduce((total, addend) => total + addend.megabytes, 0)
  if (sum <= megabytes) return undefined
  const named = addends.length <= MOST_NAMED + 1 ? addends : addends.slice(0, MOST_NAMED)
  const rest = addends.slice(named.length)
  const more =
    rest.length === 0
      ? ''
      : ` + ${rest.length} more with ${size(rest.reduce((total, addend) => total + addend.megabytes, 0))}`
  const [takes, has] = size(sum) === size(megabytes) ? [`${sum} MB`, `${megabytes} MB`] : [size(sum), size(megabytes)]
  return (
    `its apps may take ${takes} of memory at once, and it has ${has}: ` +
    `${named.map(({ text }) => text).join(' + ')}${more}`
  )
}

function poolOf({ app, on }: AppOnServer, cluster: Cluster): Addend[] {
  if (on.web === undefined) return []
  const each = app.requestMemory ?? cluster.requestMemory
  const { maxWorkers } = on.web
  return [{ megabytes: maxWorkers * each, text: `requests of ${app.name} ${maxWorkers} x ${each} MB` }]
}

function workersOf({ app, on }: AppOnServer): Addend[] {
  return [...on.queues, ...on.daemons].map((program) => {
    const each = limitIn(program)
    return { megabytes: program.workers * each, text: `${program.name} of ${app.name} ${program.workers} x ${each} MB` }
  })
}

// 0 is artisan's word for no limit: as much as usual is the least that can be said of it.
function limitIn({ command }: Program): number {
  const written = Number(/\s--memory[= ](\d{1,6})(?=\s|$)/.exec(command)?.[1] ?? 0)
  return written === 0 ? WORKER_MEGABYTES : written
}

function size(megabytes: number): string {
  return megabytes < 1024 ? `${megabytes} MB` : `${Number((megabytes / 1024).toFixed(1))} GB`
}
