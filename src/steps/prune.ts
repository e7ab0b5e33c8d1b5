import { appPaths, releasePaths } from '../model/app-paths.ts'
import { OPCACHE_SCRIPT, RELEASES } from '../model/record.ts'
import { askFastcgiShell } from '../shell/fastcgi.ts'
import { quote, words } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import type { StepSort } from './step.ts'

// What a running application writes into its release all the time.
const WRITTEN = ['./bootstrap/cache', './storage/framework', './storage/logs']
const LOG_DAYS = 14

// Removes old releases. Not one that is live, that a process stands in or has a file open of, or that holds files which
// came neither with it nor from its commands: those are named and kept. Its logs stay for two weeks.
export const pruneStep: StepSort<'prune'> = {
  long: true,
  shell({ app, release, releases, socket }) {
    const { base } = appPaths(app)
    const records = `${RELEASES}/${app}`
    return [
      `cd ${quote(records)} || exit 1`,
      `keep() { printf '%s %s\\n' ${quote(release)} "$2" >"$1/kept.new" && mv -f "$1/kept.new" "$1/kept"; printf ` +
        `'release %s stays: %s\\n' "$1" "$2"; }`,
      ...pruneShell(app, base),
      ...forgetShell(socket),
      ...releases.map((name) => `prune ${quote(name)} ${quote(releasePaths(app, name).folder)}`),
      runAs(
        app,
        `[ ! -d ${quote(`${base}/.flight/logs`)} ] || find ${quote(`${base}/.flight/logs`)} -mindepth 1 -maxdepth 1 ` +
          `-mtime +${LOG_DAYS - 1} -exec rm -rf -- {} +`,
      ),
    ].join('\n')
  },
}

// OPcache holds what it has seen until it is told otherwise: 43 MB a
// release, measured, and once it is full everything runs uncached.
function forgetShell(socket: string | null): string[] {
  if (socket === null) return ['forget() { :; }']
  return [
    ...askFastcgiShell(),
    `forget() { [ ! -f ${OPCACHE_SCRIPT} ] || ask_fastcgi ${words(socket, OPCACHE_SCRIPT, '10')} "FLIGHT_FORGET=$1" ` +
      `>/dev/null; }`,
  ]
}

function pruneShell(app: string, base: string): string[] {
  const skipped = WRITTEN.map((path) => `-path ${path}`).join(' -o ')
  const own = `cd -P -- "$1" && find . \\( ${skipped} \\) -prune -o -type f -printf "%s %T@ %P\\0"`
  // The app's own user removes it: whatever it put there, nothing outside of what it may touch goes.
  const remove = [
    `cd -P -- ${quote(base)} || exit 1`,
    `if [ -d "releases/$1/storage/logs" ] && [ ! -L "releases/$1/storage" ] && [ ! -L "releases/$1/storage/logs" ]; ` +
      `then mkdir -p .flight/logs && rm -rf -- ".flight/logs/$1" && mv -- "releases/$1/storage/logs" ` +
      `".flight/logs/$1" && ` +
      `touch -- ".flight/logs/$1"; fi`,
    // Out of the way first: half of a release must not look like one.
    `mkdir -p .flight/gone && mv -- "releases/$1" ".flight/gone/$1" && { rm -rf -- ".flight/gone/$1" 2>/dev/null || ` +
      `{ chmod -R u+rwX -- ".flight/gone/$1"; rm -rf -- ".flight/gone/$1"; } || :; }`,
  ].join('; ')
  return [
    `as_app() { runuser -u ${quote(app)} -- env -i PATH=/usr/bin:/bin sh -c "$@"; }`,
    `prune() {`,
    `  [ -d "$1" ] || return 0`,
    `  if [ "$(readlink -- ${quote(`${base}/current`)})" = "releases/$1" ]; then keep "$1" 'it is live'; return 0; fi`,
    `  if [ -d "$2" ]; then`,
    `    user=$(find /proc/[0-9]*/cwd /proc/[0-9]*/fd -maxdepth 1 \\( -lname "$2" -o -lname "$2/*" \\) -print -quit ` +
      `2>/dev/null | cut -d/ -f3)`,
    `    if [ -n "$user" ]; then keep "$1" "in use by process $user ($(tr '\\0' ' ' <"/proc/$user/cmdline" ` +
      `2>/dev/null | cut -c1-80 | sed 's/ *$//'))"; return 0; fi`,
    `    if [ -f "$1/files" ]; then`,
    `      found=$(as_app ${quote(own)} sh "$2" | LC_ALL=C sort -z | LC_ALL=C comm -z -23 - "$1/files" | tr ` +
      `'\\0\\n' '\\n?' | cut -d' ' -f3-)`,
    `      if [ -n "$found" ]; then keep "$1" "it holds files that came neither with it nor from its commands ` +
      `($(printf '%s\\n' "$found" | grep -c .), such as $(printf '%s\\n' "$found" | head -n 1 | cut -c1-120)): link ` +
      `their ` +
      `folder in linked_dirs, or remove them"; return 0; fi`,
    `    fi`,
    `    as_app ${quote(remove)} sh "$1" || { keep "$1" 'it could not be removed'; return 0; }`,
    `    forget "$2/"`,
    `  fi`,
    `  printf '%s\\n' "$1" >>past && rm -rf -- "$1"`,
    `}`,
  ]
}
