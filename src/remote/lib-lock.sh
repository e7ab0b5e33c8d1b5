# shellcheck shell=sh
# Where locks lie, and who is believed to hold one. The folders of $locks are root's alone, so that nobody else can open
# and lock them. An earlier version locked $old_locks and folders below $old_apps, which everybody may open.
: "${name?}"
locks=/run/flight/locks old_locks=/var/lib old_apps=/run/flight/lock

# PROCESS: what of Flight's it holds locked, if root started it. A program that somebody else started may run as root,
# and may have got a locked descriptor from him: it counts who started it.
locked_by() {
  [ "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "$1/status" 2>/dev/null)" = 0 ] || return 0
  for descriptor in "$1"/fd/*; do
    place=$(readlink -- "$descriptor")
    case $place in
      "$locks" | "$locks"/* | "$old_locks" | "$old_apps"/*)
        ! grep -qs '^lock:' "$1/fdinfo/${descriptor##*/}" || printf '%s\n' "$place"
        ;;
    esac
  done
}

# Every process that has that name ($name) among its arguments, and so may hold a lock of Flight.
lock_holders() {
  grep -slzx -e "$name" /proc/[0-9]*/cmdline | sed 's|/cmdline$||'
}
