import type { PathSegment } from '../schema/violation.ts'
import { at, keyPlace, number, text } from './node.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'
import { poolOf } from './web-pool.ts'
import type { WebSection } from './web-pool.ts'

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
  const maxWorkers = number(at(web, 'max_workers'))
  if (pm !== 'dynamic' || maxWorkers === undefined) return []
  const written: WebSection = { max_workers: maxWorkers }
  for (const key of SPARE) {
    const value = number(at(web, key))
    if (value !== undefined) written[key] = value
  }
  const pool = poolOf(written)
  if (pool.pm !== 'dynamic') return []
  const steps: readonly [string, number][] = [
    ['min_spare_workers', pool.minSpareWorkers],
    ['initial_workers', pool.initialWorkers],
    ['max_spare_workers', pool.maxSpareWorkers],
    ['max_workers', maxWorkers],
  ]
  for (let index = 1; index < steps.length; index++) {
    const [key, value] = steps[index - 1]!
    const [above, limit] = steps[index]!
    if (value <= limit) continue
    const guilty = at(web, key) === undefined ? above : key
    const place = at(web, guilty)?.place ?? web.place
    const what = `${key} must be <= ${above}: ${value} > ${limit}`
    return [{ code: 'FLIGHT_SCHEMA', place, path: [...path, guilty], what, hint: SPARE.join(' <= ') + ' <= max_workers' }]
  }
  return []
}
