# shellcheck shell=sh
# One apt transaction: waits for others' apt, finishes an interrupted dpkg, reads the lists where the plan says so,
# looks again at what would be upgraded or removed, and only then installs. Configuration files that already lie there
# stay. A version that the mirror no longer has (404) is looked up once more after reading the lists.
: "${refresh?}" "${refused?}" "${upgrades?}" "${removes?}" "${exit_unknown_package?}" "${exit_would_upgrade?}"
. ./lib-records.sh

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l LC_ALL=C UCF_FORCE_CONFFOLD=1
options='-y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=2'
options="$options -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold --no-install-recommends"

# COMMAND…: runs it again for up to five minutes while only somebody else's lock stands in its way: apt's own waiting
# does not cover these.
patiently() {
  n=0
  while :; do
    "$@" 2>last_err && {
      cat last_err >&2
      return 0
    }
    cat last_err >&2
    grep -qi 'lock' last_err || return 1
    n=$((n + 1))
    [ $n -lt 60 ] || return 1
    echo 'another program holds the lock of the package system, waiting' >&2
    sleep 5
  done
}
read_lists() {
  # One word an option.
  # shellcheck disable=SC2086
  patiently apt-get $options update -o APT::Update::Error-Mode=any && return
  echo "$refused" >&2
  sources put_back "$plan_kept"
  exit 1
}
unfinished() { [ -n "$(dpkg --audit 2>/dev/null)" ] || [ -n "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ]; }
finish() { ! unfinished || dpkg --configure -a --force-confdef --force-confold; }

# VERB ALLOWED PATTERN: refuses what installing would do and the plan does not name.
refuse_unless_named() {
  for package in $(printf '%s\n' "$would" | sed -nE "$3"); do
    case $2 in
      *":$package:"*) ;;
      *)
        printf 'installing this would %s %s, which the plan does not name\n' "$1" "$package" >&2
        exit "$exit_would_upgrade"
        ;;
    esac
  done
}
judge() {
  would=$(packages apt-get -s -y --no-install-recommends install 2>&1) || {
    printf '%s\n' "$would" | grep -E '^E:|Depends|Conflicts|Breaks' >&2
    printf '%s\n' "$would" | grep -qE '^E: (Unable to locate|Package .* has no installation candidate)' &&
      exit "$exit_unknown_package"
    exit 1
  }
  refuse_unless_named upgrade "$upgrades" 's/^Inst ([^ ]+) \[.*/\1/p'
  refuse_unless_named remove "$removes" 's/^Remv ([^ ]+).*/\1/p'
  printf 'flight: total %s\n' "$(printf '%s\n' "$would" | grep -c '^Inst ')"
}

# Debian restarts FPM whenever an extension is installed, and a restart under load loses every request in it; the plan
# reloads it instead. So for this transaction alone restarts of FPM are refused, by a policy-rc.d (invoke-rc.d(8)) that
# only this transaction's mount namespace sees. A policy that is there already is somebody's and stays in force.
without_restarts() {
  if [ -x /usr/sbin/policy-rc.d ] || ! unshare --mount true 2>/dev/null; then
    "$@"
    return
  fi
  printf '#!/bin/sh\ncase "$*" in *php*-fpm*restart*) exit 101;; esac\nexit 0\n' >policy && chmod 0755 policy &&
    : >/usr/sbin/policy-rc.d || return 1
  unshare --mount sh ./with-policy.sh "$@"
  code=$?
  rm -f /usr/sbin/policy-rc.d
  return $code
}
install_all() {
  # One word an option.
  # shellcheck disable=SC2086
  packages without_restarts apt-get $options install 2>last_err
  code=$?
  cat last_err >&2
  return $code
}

patiently finish || exit 1
[ -z "$refresh" ] || read_lists
judge
# apt fetches everything before it unpacks anything: when fetching fails, nothing is installed yet.
install_all || {
  grep -q 'Failed to fetch' last_err || exit 1
  read_lists
  judge
  install_all || exit 1
}
