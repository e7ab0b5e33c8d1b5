# shellcheck shell=sh
# One push of an environment file, by one shell at a time. What it holds goes through pipes and lies in two places: in
# the app's folder, written by that app's user, through no link; and here below root's records, what it replaced.
: "${app?}" "${id?}" "${folder?}" "${name?}" "${release_folder?}" "${pushes?}" "${unit?}"
. ./lib-as-user.sh

umask 077
# What an app puts in the way, a pipe for example, holds nobody up for longer.
limit=30
as_app() { as_user "$app" "$@" 7>&-; }
write_beside() { as_app sh ./write-beside.sh "$folder" ".flight-$name.new"; }
rename_beside() { as_app sh ./rename-beside.sh "$folder" ".flight-$name.new" "$name" "$1"; }

# Where a release caches its configuration, if it does: its user runs a program there.
in_cache() { [ -z "$release_folder" ] || as_app "$@" "$release_folder/bootstrap/cache"; }

# From when on whoever starts reads what lies there now; the first time of this push is noted beside.
note_since() {
  now=$(date +%s.%N)
  [ -s first ] || printf '%s' "$now" >first
  echo "since $now" >>../times || exit 1
}

# Lets the server lead back by itself $back seconds from now, unless it is confirmed; until it is done.
revert_in() {
  systemctl stop "$unit.timer" 2>/dev/null
  systemd-run --quiet --collect --unit="$unit" \
    --description="Flight: the environment file of $app is not confirmed, back to what was before" \
    --on-active="$1" --timer-property=AccuracySec=1s --property=Restart=on-failure --property=RestartSec=10 \
    /bin/sh "$PWD/revert" 7>&- >&2 || exit 1
}
