import { test } from 'uvu'
import { labUnavailable } from '../lab/available.ts'
import { FULL } from './drill-size.ts'

// A test that needs the lab; where there can be none it is skipped (and in CI that is a failure).
export const promise = labUnavailable() === undefined ? test : test.skip

// A test that only `npm run drills` runs: what it shows is a variant of what a promise beside it shows in every run.
export const inDrills: (...of: Parameters<typeof test>) => void = FULL ? promise : () => undefined
