// The test files that are larger in `npm run drills` (FLIGHT_DRILLS=full): what they hold in every run, and what there.
export const FULL_SIZE = [
  {
    file: 'test/e2e/app-bad-configuration.test.ts',
    small: 'visitors ask before, during and after each refusal',
    large: 'and 500 requests each time',
  },
  {
    file: 'test/e2e/app-foreign.test.ts',
    small: 'visitors of both sites ask before, during and after each step',
    large: 'and 10,000 requests',
  },
  {
    file: 'test/e2e/app-killed.test.ts',
    small: 'killed at 5 moments of a run',
    large: 'killed at 12 moments of a run',
  },
  {
    file: 'test/e2e/app-load.test.ts',
    small: 'every visitor asks before, during and after each switch',
    large: 'and 20,000 requests each time',
  },
  {
    file: 'test/e2e/app-release.test.ts',
    small: 'wrk asks before, during and after each release and rollback',
    large: 'and 50,000 requests',
  },
  {
    file: 'test/e2e/app-wrk.test.ts',
    small: 'wrk asks before, during and after each switch',
    large: 'and 20,000 requests',
  },
  {
    file: 'test/e2e/serve-drills.test.ts',
    small: '5 apps, a burst of 30 requests, 4 kills',
    large: '20 apps, a burst of 200 requests, 10 kills',
  },
] as const
