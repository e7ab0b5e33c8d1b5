import { BadAnswer, type FactSort } from './fact.ts'

// How much memory the server has.
export const memoryFact: FactSort<'memory'> = {
  shell: () => `grep '^MemTotal:' /proc/meminfo`,
  parse(output, queries) {
    const kilobytes = /^MemTotal:\s+(\d{1,15}) kB\n?$/.exec(output)?.[1]
    if (kilobytes === undefined) throw new BadAnswer(`memory: ${JSON.stringify(output.slice(0, 200))}`)
    return queries.map(() => ({ megabytes: Math.floor(Number(kilobytes) / 1024) }))
  },
}
