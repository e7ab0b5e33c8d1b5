import type { Settings } from '../model/definitions.ts'

const MOST = 500

// How many web servers of an app may reload at once, as flight.yml and --serial say it: 2, 25% or half. Undefined for
// anything else.
export function serialIn(written: string): Settings['serial'] | undefined {
  if (written === 'half') return 'half'
  const number = Number(/^([1-9][0-9]{0,2})%?$/.exec(written)?.[1])
  if (written.endsWith('%')) return number <= 100 ? { share: number / 100 } : undefined
  return number <= MOST ? number : undefined
}
