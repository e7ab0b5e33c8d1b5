import type { ServiceFact } from '../model/fact.ts'
import { LOADED } from '../model/record.ts'
import { markWords } from '../shell/loaded.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// Whether services exist, run, start at boot, and run the configuration that lies on disk.
export const serviceFact: FactSort<'service'> = {
  shell: (queries) =>
    program('fact-service', {
      loaded: LOADED,
      units: [queries.map(({ unit }) => unit)],
      services: queries.map(({ unit, mark, configuration }) => [unit, ...markWords(mark), ...configuration]),
    }),
  parse(output, queries) {
    const [states = '', ...loads] = output.split('\0')
    const units = new Map(
      states
        .split(/\n{2,}/)
        .map((block) => properties(block))
        .map((p) => [p.get('Id') ?? '', p]),
    )
    return queries.map((q, index): ServiceFact => {
      const unit = units.get(q.unit)
      if (unit === undefined) throw new BadAnswer(`service ${q.unit}`)
      const exists = unit.get('LoadState') === 'loaded'
      const active = unit.get('ActiveState') === 'active' || unit.get('ActiveState') === 'reloading'
      return {
        exists,
        enabled: unit.get('UnitFileState') === 'enabled' || unit.get('UnitFileState') === 'static',
        active,
        unloaded: exists && active ? unloadedIn(loads[index] ?? '') : undefined,
      }
    })
  },
}

function properties(block: string): Map<string, string> {
  const entries = block.split('\n').flatMap((line) => {
    const at = line.indexOf('=')
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const]
  })
  return new Map(entries)
}

// Unloaded: a file changed after the load, unless the very content that this load took is what lies there (the stored
// record is `IDENTITY DIGEST`, valid only as long as the same load is running).
function unloadedIn(text: string): { path: string } | undefined {
  const [mark = '', newest = '', stored = '', digest = ''] = text.split('\n')
  const [changedAt, path] = newest.split('\t')
  if (mark === '' || changedAt === undefined || path === undefined) return undefined
  const [moment = '', identity = ''] = mark.split(' ')
  const loadedAt = Number(moment)
  if (!Number.isFinite(loadedAt) || !Number.isFinite(Number(changedAt)))
    throw new BadAnswer(`loaded: ${JSON.stringify(text.slice(0, 200))}`)
  if (Number(changedAt) <= loadedAt) return undefined
  return stored === `${identity} ${digest}` ? undefined : { path }
}
