import { test } from 'uvu'
import { labUnavailable } from '../lab/available.ts'

// A test that needs the lab; where there can be none it is skipped (and in CI that is a failure).
export const promise = labUnavailable() === undefined ? test : test.skip
