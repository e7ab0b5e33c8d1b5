import { quote, words } from '../shell/quote.ts'
import { putBackShell } from './keep.ts'
import { EXIT_UNKNOWN_PACKAGE, EXIT_WOULD_UPGRADE, type StepSort } from './step.ts'

const APT_OPTIONS =
  '-y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=2 -o Dpkg::Options::=--force-confdef -o ' +
  'Dpkg::Options::=--force-confold --no-install-recommends'

// Debian restarts FPM whenever an extension is installed, and a restart under load loses every request in it; the plan
// reloads it instead. So for this transaction alone restarts of FPM are refused, by a policy-rc.d (invoke-rc.d(8)) that
// only this transaction's mount namespace sees. A policy that is there already is somebody's and stays in force.
const WITHOUT_RESTARTS = [
  `without_restarts() {`,
  `  if [ -x /usr/sbin/policy-rc.d ] || ! unshare --mount true 2>/dev/null; then "$@"; return; fi`,
  `  printf '#!/bin/sh\\ncase "$*" in *php*-fpm*restart*) exit 101;; esac\\nexit 0\\n' >policy && chmod 0755 policy ` +
    `&& : >/usr/sbin/policy-rc.d || return 1`,
  `  unshare --mount sh -c 'mount --bind policy /usr/sbin/policy-rc.d && exec "$@"' sh "$@"; code=$?`,
  `  rm -f /usr/sbin/policy-rc.d; return $code`,
  `}`,
]

// One apt transaction: waits for others' apt, finishes an interrupted dpkg, reads the lists where the plan says so,
// looks again at what would be upgraded or removed, and only then installs. Configuration files that already lie there
// stay. A version that the mirror no longer has (404) is looked up once more after reading the lists.
export const installStep: StepSort<'install'> = {
  long: true,
  shell(step, place) {
    return [
      `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l LC_ALL=C UCF_FORCE_CONFFOLD=1`,
      `apt() { apt-get ${APT_OPTIONS} "$@"; }`,
      ...patiently('apt update -o APT::Update::Error-Mode=any', 'refresh_once'),
      `refresh() { refresh_once && return; ${takesBack(step)}`,
      ...putBackShell(step.sources, place),
      `  exit 1; }`,
      `judge() {`,
      `  would=$(apt-get -s -y --no-install-recommends install "$@" 2>&1) || { printf '%s\\n' "$would" | grep -E ` +
        `'^E:|Depends|Conflicts|Breaks' >&2`,
      `    printf '%s\\n' "$would" | grep -qE "^E: (Unable to locate|Package .* has no installation candidate)" && ` +
        `exit ${EXIT_UNKNOWN_PACKAGE}; exit 1; }`,
      ...refuseUnlessNamed('s/^Inst ([^ ]+) \\[.*/\\1/p', 'upgrade', step.upgrades),
      ...refuseUnlessNamed('s/^Remv ([^ ]+).*/\\1/p', 'remove', step.removes),
      `  printf 'flight: total %s\\n' "$(printf '%s\\n' "$would" | grep -c '^Inst ')"`,
      `}`,
      `unfinished() { [ -n "$(dpkg --audit 2>/dev/null)" ] || [ -n "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ]; }`,
      ...patiently('{ ! unfinished || dpkg --configure -a --force-confdef --force-confold; }', 'finish'),
      `finish || exit 1`,
      step.refresh ? `refresh` : `:`,
      `judge ${words(...step.packages)}`,
      ...WITHOUT_RESTARTS,
      // apt fetches everything before it unpacks anything: when fetching fails, nothing is installed yet.
      `install_all() { without_restarts apt-get ${APT_OPTIONS} install ${words(...step.packages)} 2>last_err; ` +
        `code=$?; cat last_err >&2; return $code; }`,
      `install_all || { grep -q 'Failed to fetch' last_err || exit 1; refresh; judge ${words(...step.packages)}; ` +
        `install_all || exit 1; }`,
    ].join('\n')
  },
}

function takesBack({ sources }: { sources: readonly string[] }): string {
  return `echo ${quote(
    sources.length === 0
      ? 'the package lists could not be read'
      : 'the package lists could not ' +
          'be read; the source that this plan adds is taken back, so that apt works as before',
  )} >&2`
}

// Shell for a function that runs a command again for up to five minutes while only somebody else's lock stands in its
// way: apt's own waiting does not cover these.
function patiently(command: string, name: string): string[] {
  return [
    `${name}() {`,
    `  n=0; while :; do`,
    `    ${command} 2>last_err && { cat last_err >&2; return 0; }`,
    `    cat last_err >&2; grep -qi 'lock' last_err || return 1`,
    `    n=$((n+1)); [ $n -lt 60 ] || return 1; echo 'another program holds the lock of the package system, ` +
      `waiting' >&2; sleep 5`,
    `  done`,
    `}`,
  ]
}

function refuseUnlessNamed(pattern: string, does: 'upgrade' | 'remove', named: readonly string[]): string[] {
  const allowed = named.map((name) => `:${name}:`).join(' ')
  return [
    `  for p in $(printf '%s\\n' "$would" | sed -nE ${quote(pattern)}); do case ${quote(` ${allowed} `)} in ` +
      `*":$p:"*) ;; *)`,
    `    printf 'installing this would ${does} %s, which the plan does not name\\n' "$p" >&2; exit ` +
      `${EXIT_WOULD_UPGRADE};; esac; done`,
  ]
}
