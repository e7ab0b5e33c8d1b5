import type { WebPool } from '../model/definitions.ts'

// A web section as a user writes it.
export type WebSection = {
  pm?: 'dynamic' | 'static' | 'ondemand'
  max_workers: number
  min_spare_workers?: number
  initial_workers?: number
  max_spare_workers?: number
}

// A pool with its defaults: a quarter to a half of the workers spare, what is said never overruled.
export function poolOf(web: WebSection): WebPool {
  const maxWorkers = web.max_workers
  if (web.pm === 'static' || web.pm === 'ondemand') return { pm: web.pm, maxWorkers }
  const least = Math.max(web.min_spare_workers ?? 1, web.initial_workers ?? 1)
  const maxSpareWorkers = web.max_spare_workers ?? Math.min(maxWorkers, Math.max(least, Math.ceil(maxWorkers / 2)))
  const most = Math.min(web.initial_workers ?? maxSpareWorkers, maxSpareWorkers)
  const minSpareWorkers = web.min_spare_workers ?? Math.max(1, Math.min(most, Math.floor(maxWorkers / 4)))
  const initialWorkers = web.initial_workers ?? Math.floor((minSpareWorkers + maxSpareWorkers) / 2)
  return { pm: 'dynamic', maxWorkers, minSpareWorkers, initialWorkers, maxSpareWorkers }
}
