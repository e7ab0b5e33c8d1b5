// Whether `npm run drills` asks for the whole size of what the tests do in small: more apps, more kills, many requests.
export const FULL = process.env['FLIGHT_DRILLS'] === 'full'

// So many requests each load answers at least. One that overlaps each switch is enough to see a switch fail; many of
// them see what fails rarely.
export const VOLUME = FULL ? 20_000 : 0

// The cases of a matrix: so many of the first ones in every run, all of them in the drills.
export function ofAll<T>(cases: readonly T[], inEveryRun: number): readonly T[] {
  return FULL ? cases : cases.slice(0, inEveryRun)
}
