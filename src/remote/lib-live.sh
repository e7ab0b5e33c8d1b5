# shellcheck shell=sh
# Where `current` of an app points to. It is moved by rename(2) alone, by one shell at a time.
: "${app?}" "${release?}" "${base?}" "${releases?}" "${record?}"
. ./lib-private.sh

private_folder "$releases" "$releases/$app" && cd "$record" || exit 1
exec 7>>../.switch
flock -w 30 7 || {
  echo 'current is being switched by somebody else' >&2
  exit 1
}
live() { readlink -- "$base/current"; }

# TARGET: leads there; nothing: to no release.
lead() { runuser -u "$app" -- env -i PATH=/usr/bin:/bin sh ./lead-current.sh "$base" "$1" 7>&-; }

# Each release has its own: one that is made ready must not stop another's way back.
unit=flight-revert-$app-$release

# SECONDS: lets the server lead back by itself then, unless it is confirmed.
revert_in() {
  systemctl stop "$unit.timer" 2>/dev/null
  systemd-run --quiet --collect --unit="$unit" \
    --description="Flight: $release of $app is not confirmed, back to what was before" \
    --on-active="$1" --timer-property=AccuracySec=1s /bin/sh "$PWD/revert" 7>&- >&2 || exit 1
}
