import type { ConfigurationMark } from '../model/service.ts'
import { quote, words } from './quote.ts'

// Shell that prints when a service last loaded its configuration: `EPOCH_SECONDS IDENTITY`,
// nothing when it does not run. A worker's age comes from the kernel's tick count since boot
// (proc(5) /proc/PID/stat field 22), 100 a second. That makes its moment in time a reckoning,
// which differs by a hundredth from one reading to the next; its identity is what is compared.
export function loadedMark(mark: ConfigurationMark): string {
  switch (mark.by) {
    case 'none':
      return ':'
    case 'pid-file':
      return `find ${quote(mark.path)} -maxdepth 0 -printf '%T@ %T@\\n' 2>/dev/null`
    case 'newest-worker':
      return [
        `master=$(cat ${quote(mark.pidFile)} 2>/dev/null) && [ -n "$master" ] &&`,
        `cat $(sed 's|[0-9][0-9]*|/proc/&/stat|g' "/proc/$master/task/$master/children" 2>/dev/null) /dev/null ` +
          `2>/dev/null |`,
        `sed 's/^.*) //' | awk -v now="$(date +%s.%N)" -v up="$(cut -d' ' -f1 /proc/uptime)"`,
        `'$20>t {t=$20} END {if (t) printf "%.2f %s\\n", now-up+t/100, t}'`,
      ].join(' ')
  }
}

// Shell that prints which load a service runs: only another load changes it.
export function loadIdentity(mark: ConfigurationMark): string {
  return mark.by === 'none' ? ':' : `{ ${loadedMark(mark)}; } | cut -d' ' -f2`
}

// Shell that prints the newest change below some paths: `EPOCH_SECONDS TAB PATH`.
// A change of a folder counts: a file that is gone was a change too. A path that
// is a link counts as what it leads to (-H): certificates are renewed that way.
export function newestChange(paths: readonly string[]): string {
  return `find -H ${words(...paths)} -printf '%C@\\t%p\\n' 2>/dev/null | sort -n | tail -n 1`
}

// Shell that prints some path that changed after a moment (`@SECONDS`, as shell text), nothing when none did.
export function anyChangeAfter(moment: string, paths: readonly string[]): string {
  return `find -H ${words(...paths)} -newerct ${moment} -print -quit 2>/dev/null`
}

// Shell that prints one digest of all files below some paths, names included.
export function configurationDigest(paths: readonly string[]): string {
  return (
    `find -H ${words(...paths)} \\( -type f -o -type l \\) -print0 2>/dev/null | sort -z | xargs -0 -r ` +
    `sha256sum 2>/dev/null | sha256sum | cut -c1-64`
  )
}

// A mark as the functions of src/remote/lib-loaded.sh take it.
export function markWords(mark: ConfigurationMark): [by: string, path: string] {
  switch (mark.by) {
    case 'none':
      return ['none', '']
    case 'pid-file':
      return ['pid-file', mark.path]
    case 'newest-worker':
      return ['newest-worker', mark.pidFile]
  }
}
