// The test files that are larger in `npm run drills` (FLIGHT_DRILLS=full): what they hold in every run, undefined where
// that is nothing, and what there.
export const FULL_SIZE: readonly { file: string; small: string | undefined; large: string }[] = [
  {
    file: 'test/artifacts/size.test.ts',
    small: 'a file of 300 MB, 4,000 files',
    large: 'through a build as well, 20,000 files',
  },
  {
    file: 'test/e2e/app-bad-configuration.test.ts',
    small: undefined,
    large: 'every kind of broken file beside ours, with 500 requests each time',
  },
  {
    file: 'test/e2e/app-fifty.test.ts',
    small: undefined,
    large: '50 apps on two servers: one connection and one channel, each service loads once',
  },
  {
    file: 'test/e2e/app-foreign.test.ts',
    small: 'visitors of both sites ask before, during and after each step; one name that is taken',
    large: 'and 10,000 requests; every kind of name',
  },
  {
    file: 'test/e2e/app-killed.test.ts',
    small: undefined,
    large: 'killed at 12 moments of a run',
  },
  {
    file: 'test/e2e/app-laravel.test.ts',
    small: 'bookworm',
    large: 'bookworm and trixie',
  },
  {
    file: 'test/e2e/app-load.test.ts',
    small: undefined,
    large: 'every visitor asks 20,000 times while limits, apps and the version of PHP change; a held request',
  },
  {
    file: 'test/e2e/app-moves.test.ts',
    small: 'a queue and a scheduler move; an app leaves a server',
    large: 'an app is deleted and comes back',
  },
  {
    file: 'test/e2e/app-release.test.ts',
    small: 'wrk asks before, during and after a release and a way back',
    large: 'three releases and two ways back with 50,000 requests; all switch within a tenth of a second',
  },
  {
    file: 'test/e2e/app-reload-state.test.ts',
    small: 'killed between writing and loading; a renewed certificate',
    large: 'every service; edits by hand, a reboot, a reload by hand',
  },
  {
    file: 'test/e2e/app-serial.test.ts',
    small: undefined,
    large: 'every way to ask for waves; a wave that fails',
  },
  {
    file: 'test/e2e/app-workers.test.ts',
    small: 'five, three, five; a changed command',
    large: 'workers that somebody stopped; logs; a daemon',
  },
  {
    file: 'test/e2e/app-wrk.test.ts',
    small: undefined,
    large: 'wrk asks for 20,000 requests while limits, pools, apps and the version of PHP change',
  },
  {
    file: 'test/e2e/bad-plans.test.ts',
    small: 'plans that are cut, edited, stale, done twice, half done',
    large: 'an unexpected plan; a new plan after a kill; a server that was set up anew',
  },
  {
    file: 'test/e2e/by-hand.test.ts',
    small: 'what stands in the way is named; their site goes on',
    large: 'files and directories of theirs in the place of ours',
  },
  {
    file: 'test/e2e/drills.test.ts',
    small: 'two at once, a kill, one signal, a bad configuration of nginx, a cut cable',
    large: 'the other signal, one of FPM, a power cut, a full disk, dead services',
  },
  {
    file: 'test/e2e/env-encrypted.test.ts',
    small: undefined,
    large: 'environment files for age and for git',
  },
  {
    file: 'test/e2e/env-laravel.test.ts',
    small: 'two pushes under load, one taken back',
    large: 'three; an interrupted release; a configuration that cannot be cached',
  },
  {
    file: 'test/e2e/env-push.test.ts',
    small: 'a push, a refusal, a kill',
    large: 'ways back, edits, links, servers that differ, large files, a full disk, two at once, a dead server',
  },
  {
    file: 'test/e2e/environment.test.ts',
    small: 'fetched, compared, guarded',
    large: 'servers that differ; a server that is down',
  },
  {
    file: 'test/e2e/fpm-first-reload.test.ts',
    small: 'no request is cut off; endless and killed loads; on bookworm',
    large: 'on trixie as well',
  },
  {
    file: 'test/e2e/memory-apps.test.ts',
    small: undefined,
    large: 'the trees of apps, names that are taken, services, in memory and real',
  },
  {
    file: 'test/e2e/memory-programs.test.ts',
    small: undefined,
    large: 'programs of supervisor, in memory and real',
  },
  {
    file: 'test/e2e/memory-pushes.test.ts',
    small: undefined,
    large: 'pushes of environment files, in memory and real',
  },
  {
    file: 'test/e2e/memory-releases.test.ts',
    small: undefined,
    large: 'releases, in memory and real',
  },
  {
    file: 'test/e2e/memory-server.test.ts',
    small: 'files and locks, in memory and real',
    large: 'apt, services; planning changes nothing',
  },
  {
    file: 'test/e2e/programs.test.ts',
    small: undefined,
    large: 'programs of supervisor: counts, changes, releases, kills, files that cannot be read',
  },
  {
    file: 'test/e2e/promises.test.ts',
    small: 'promises 1 to 4 with the commands that ask',
    large: 'what every exit code says',
  },
  {
    file: 'test/e2e/provision.test.ts',
    small: 'a worker and trixie from bare, a web server from its layer; changed limits, drift, a reboot',
    large: 'the web server from bare as well; edits that were not loaded, retired cron files, the nightly reload',
  },
  {
    file: 'test/e2e/reaching.test.ts',
    small: 'a server that is off; host keys, sudo',
    large: 'silence, refusals, a jump host, a key with a passphrase',
  },
  {
    file: 'test/e2e/release-content.test.ts',
    small: 'names, what is written down, approval',
    large: 'assets, pruning, OPcache, archives, spoiled files, two apps, what sshd sees',
  },
  {
    file: 'test/e2e/release-up.test.ts',
    small: undefined,
    large: 'a dead server, a replaced server',
  },
  {
    file: 'test/e2e/serve-drills.test.ts',
    small: undefined,
    large: '20 apps, a burst of 200 requests, 10 kills, a server that is down',
  },
  {
    file: 'test/e2e/serve-operation.test.ts',
    small: undefined,
    large: 'SIGTERM, daily drift, a terminal beside it, cancelling, wrong definitions, notices',
  },
  {
    file: 'test/e2e/site.test.ts',
    small: 'every variant of a site, on bookworm',
    large: 'on trixie as well',
  },
  {
    file: 'test/e2e/sources.test.ts',
    small: 'one untrusted key, the pinned one, Composer, upgrades refused',
    large: 'every untrusted key, other suites, stale lists, no way to the mirror',
  },
]

// The files that `npm test` leaves to the drills, unless somebody names them.
export const ONLY_IN_DRILLS: readonly string[] = FULL_SIZE.filter(({ small }) => small === undefined).map(
  ({ file }) => file,
)
