import type { PathSegment } from '../schema/violation.ts'
import { at, keyPlace, number, text } from './node.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'

const SPARE = ['min_spare_workers', 'initial_workers', 'max_spare_workers'] as const

// PHP-FPM refuses a pool whose numbers contradict each other, and with it every pool of that version.
export function checkWeb(web: Node | undefined, path: readonly PathSegment[]): Finding[] {
  if (web?.kind !== 'map') return []
  const pm = text(at(web, 'pm')) ?? 'dynamic'
  if (pm === 'static' || pm === 'ondemand') {
    return SPARE.filter((key) => web.entries.has(key)).map((key) => ({
      code: 'FLIGHT_SCHEMA',
      place: keyPlace(web, key) ?? web.place,
      path: [...path, key],
      what: `means nothing with pm: ${pm}`,
      hint: 'remove it',
    }))
  }
  if (pm !== 'dynamic') return []
  // What is not written is chosen to fit.
  const written = [...SPARE, 'max_workers'].flatMap((key) => {
    const node = at(web, key)
    const value = number(node)
    return node === undefined || value === undefined ? [] : [{ key, value, place: node.place }]
  })
  for (const [index, { key, value, place }] of written.entries()) {
    const above = written[index + 1]
    if (above === undefined || value <= above.value) continue
    const what = `must be <= ${above.key}, is ${value} > ${above.value}`
    return [{ code: 'FLIGHT_SCHEMA', place, path: [...path, key], what, hint: `${SPARE.join(' <= ')} <= max_workers` }]
  }
  return []
}
