// The test files that are larger in `npm run drills` (FLIGHT_DRILLS=full): what they hold in every run, undefined where
// that is nothing, and what there.
export const FULL_SIZE: readonly { file: string; small: string | undefined; large: string }[] = [
  {
    file: 'test/e2e/app-bad-configuration.test.ts',
    small: 'visitors ask before, during and after each refusal; one broken file of somebody else',
    large: 'and 500 requests each time; every kind of broken file',
  },
  {
    file: 'test/e2e/app-fifty.test.ts',
    small: '12 apps on two servers',
    large: '50 apps',
  },
  {
    file: 'test/e2e/app-foreign.test.ts',
    small: 'visitors of both sites ask before, during and after each step; two names that are taken',
    large: 'and 10,000 requests; every kind of name',
  },
  {
    file: 'test/e2e/app-killed.test.ts',
    small: 'killed at 3 moments of a run',
    large: 'killed at 12 moments of a run',
  },
  {
    file: 'test/e2e/app-laravel.test.ts',
    small: 'bookworm',
    large: 'bookworm and trixie',
  },
  {
    file: 'test/e2e/app-load.test.ts',
    small: 'every visitor asks before, during and after each switch; limits, the version of PHP, a held request',
    large: 'and 20,000 requests each time; apps that come and go',
  },
  {
    file: 'test/e2e/app-moves.test.ts',
    small: 'a queue and a scheduler move; an app leaves a server',
    large: 'an app is deleted and comes back',
  },
  {
    file: 'test/e2e/app-release.test.ts',
    small: 'wrk asks before, during and after each release and rollback',
    large: 'and 50,000 requests; a way back after a push; app:releases',
  },
  {
    file: 'test/e2e/app-reload-state.test.ts',
    small: 'killed between writing and loading; a renewed certificate',
    large: 'every service; edits by hand, a reboot, a reload by hand',
  },
  {
    file: 'test/e2e/app-serial.test.ts',
    small: 'one way to ask for waves, one to ask for none, a wave that fails',
    large: 'every way to ask',
  },
  {
    file: 'test/e2e/app-workers.test.ts',
    small: 'five, three, five; a changed command; a daemon',
    large: 'workers that somebody stopped; logs',
  },
  {
    file: 'test/e2e/app-wrk.test.ts',
    small: undefined,
    large: 'wrk asks for 20,000 requests while limits, pools, apps and the version of PHP change',
  },
  {
    file: 'test/e2e/bad-plans.test.ts',
    small: 'plans that are cut, edited, stale, done twice, half done',
    large: 'a new plan after a kill; a server that was set up anew',
  },
  {
    file: 'test/e2e/by-hand.test.ts',
    small: 'what stands in the way is named; their site goes on',
    large: 'files and directories of theirs in the place of ours',
  },
  {
    file: 'test/e2e/drills.test.ts',
    small: 'two at once, a kill, one signal, bad configurations, a cut cable',
    large: 'the other signal, a power cut, a full disk, dead services',
  },
  {
    file: 'test/e2e/env-laravel.test.ts',
    small: 'two pushes under load, one taken back',
    large: 'three; an interrupted release; a configuration that cannot be cached',
  },
  {
    file: 'test/e2e/env-push.test.ts',
    small: 'a push, a refusal, ways back, links, a kill',
    large: 'servers that differ, large files, a full disk, two at once, a dead server',
  },
  {
    file: 'test/e2e/environment.test.ts',
    small: 'fetched, compared, guarded',
    large: 'servers that differ; a server that is down',
  },
  {
    file: 'test/e2e/fpm-first-reload.test.ts',
    small: 'no request is cut off on both systems; endless and killed loads on bookworm',
    large: 'those on trixie as well',
  },
  {
    file: 'test/e2e/memory-apps.test.ts',
    small: 'the tree of an app, in memory and real',
    large: 'names that are taken, what cannot be recorded, two services',
  },
  {
    file: 'test/e2e/memory-programs.test.ts',
    small: undefined,
    large: 'programs of supervisor, in memory and real',
  },
  {
    file: 'test/e2e/memory-server.test.ts',
    small: 'files, services, locks, in memory and real',
    large: 'apt; planning changes nothing',
  },
  {
    file: 'test/e2e/programs.test.ts',
    small: 'counts, changed commands, releases, what nobody wants',
    large: 'files that cannot be read, kills, the end of supervisord',
  },
  {
    file: 'test/e2e/provision.test.ts',
    small: 'two systems from bare; changed limits, drift, a reboot',
    large: 'edits that were not loaded, retired cron files, the nightly reload',
  },
  {
    file: 'test/e2e/reaching.test.ts',
    small: 'two ways to be away; host keys, sudo, a jump host',
    large: 'silence; servers that fall silent; a key with a passphrase',
  },
  {
    file: 'test/e2e/release-content.test.ts',
    small: 'names, pruning, approval, spoiled files, two apps',
    large: 'assets, OPcache, archives, what sshd sees',
  },
  {
    file: 'test/e2e/release-up.test.ts',
    small: 'a dead server',
    large: 'a replaced server',
  },
  {
    file: 'test/e2e/serve-drills.test.ts',
    small: '5 apps, a burst of 30 requests, 4 kills',
    large: '20 apps, a burst of 200 requests, 10 kills, a server that is down',
  },
  {
    file: 'test/e2e/serve-operation.test.ts',
    small: 'SIGTERM, a terminal beside it, daily drift',
    large: 'cancelling, wrong definitions, notices',
  },
  {
    file: 'test/e2e/sources.test.ts',
    small: 'two untrusted keys, the pinned one, Composer, upgrades refused',
    large: 'every untrusted key, other suites, stale lists, no way to the mirror',
  },
]

// The files that `npm test` leaves to the drills, unless somebody names them.
export const ONLY_IN_DRILLS: readonly string[] = FULL_SIZE.filter(({ small }) => small === undefined).map(
  ({ file }) => file,
)
