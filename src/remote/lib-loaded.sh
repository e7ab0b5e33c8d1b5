# shellcheck shell=sh
# pid-file|newest-worker PATH: when a service last loaded its configuration, `EPOCH_SECONDS IDENTITY`; nothing when it
# does not run. A worker's age comes from the kernel's tick count since boot (proc(5) /proc/PID/stat field 22), 100 a
# second. That makes its moment in time a reckoning, which differs by a hundredth from one reading to the next; its
# identity is what is compared.
loaded_mark() {
  case $1 in
    pid-file) find "$2" -maxdepth 0 -printf '%T@ %T@\n' 2>/dev/null ;;
    newest-worker)
      master=$(cat "$2" 2>/dev/null) && [ -n "$master" ] &&
        sed 's|[0-9][0-9]*|/proc/&/stat|g' "/proc/$master/task/$master/children" 2>/dev/null |
        xargs -r cat 2>/dev/null | sed 's/^.*) //' |
        awk -v now="$(date +%s.%N)" -v up="$(cut -d' ' -f1 /proc/uptime)" \
          '$20>t {t=$20} END {if (t) printf "%.2f %s\n", now-up+t/100, t}'
      ;;
  esac
}

# PATH…: the newest change below them, `EPOCH_SECONDS TAB PATH`. A change of a folder counts: a file that is gone was a
# change too. A path that is a link counts as what it leads to (-H): certificates are renewed that way.
newest_change() { find -H "$@" -printf '%C@\t%p\n' 2>/dev/null | sort -n | tail -n 1; }

# @SECONDS PATH…: some path that changed after that moment, nothing when none did.
any_change_after() {
  moment=$1
  shift
  find -H "$@" -newerct "$moment" -print -quit 2>/dev/null
}

# PATH…: one digest of all files below them, names included.
configuration_digest() {
  find -H "$@" \( -type f -o -type l \) -print0 2>/dev/null | sort -z | xargs -0 -r sha256sum 2>/dev/null |
    sha256sum | cut -c1-64
}
