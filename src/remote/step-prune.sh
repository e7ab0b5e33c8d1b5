# shellcheck shell=sh
# Removes old releases (NAME FOLDER each). Not one that is live, that a process stands in or has a file open of, or that
# holds files which came neither with it nor from its commands: those are named and kept. Its logs stay for $log_days.
: "${app?}" "${base?}" "${records?}" "${release?}" "${socket?}" "${opcache_script?}" "${log_days?}"
. ./lib-as-user.sh
. ./lib-fastcgi.sh

cd "$records" || exit 1
keep() {
  printf '%s %s\n' "$release" "$2" >"$1/kept.new" && mv -f "$1/kept.new" "$1/kept"
  printf 'release %s stays: %s\n' "$1" "$2"
}
as_app() { runuser -u "$app" -- env -i PATH=/usr/bin:/bin "$@"; }

# OPcache holds what it has seen until it is told otherwise: 43 MB a release, measured, and once it is full everything
# runs uncached.
forget() {
  [ -z "$socket" ] || [ ! -f "$opcache_script" ] ||
    ask_fastcgi "$socket" "$opcache_script" 10 "FLIGHT_FORGET=$1" >/dev/null
}

# FOLDER: the process that stands in it or has a file of it open, with its command line.
user_of() {
  process=$(find /proc/[0-9]*/cwd /proc/[0-9]*/fd -maxdepth 1 \( -lname "$1" -o -lname "$1/*" \) -print -quit \
    2>/dev/null | cut -d/ -f3)
  [ -z "$process" ] || printf '%s (%s)' "$process" \
    "$(tr '\0' ' ' <"/proc/$process/cmdline" 2>/dev/null | cut -c1-80 | sed 's/ *$//')"
}

# NAME FOLDER: files that came neither with it nor from its commands.
found_in() {
  [ -f "$1/files" ] || return
  as_app sh ./own-files.sh "$2" | LC_ALL=C sort -z | LC_ALL=C comm -z -23 - "$1/files" | tr '\0\n' '\n?' |
    cut -d' ' -f3-
}

prune() {
  [ -d "$1" ] || return 0
  if [ "$(readlink -- "$base/current")" = "releases/$1" ]; then
    keep "$1" 'it is live'
    return 0
  fi
  if [ -d "$2" ]; then
    user=$(user_of "$2")
    if [ -n "$user" ]; then
      keep "$1" "in use by process $user"
      return 0
    fi
    found=$(found_in "$1" "$2")
    if [ -n "$found" ]; then
      keep "$1" "it holds files that came neither with it nor from its commands ($(printf '%s\n' "$found" |
        grep -c .), such as $(printf '%s\n' "$found" | head -n 1 |
        cut -c1-120)): link their folder in linked_dirs, or remove them"
      return 0
    fi
    as_app sh ./remove-release.sh "$base" "$1" || {
      keep "$1" 'it could not be removed'
      return 0
    }
    forget "$2/"
  fi
  printf '%s\n' "$1" >>past && rm -rf -- "$1"
}

releases prune
as_user "$app" sh ./remove-logs.sh "$base/.flight/logs" "$log_days"
