# shellcheck shell=sh
# Leads back to what was live before; where nobody noted that, to $previous, unless that is the release itself.
: "${previous?}" "${previous_target?}"
. ./lib-live.sh

systemctl stop "$unit.timer" 2>/dev/null
if [ "$(live)" = "releases/$release" ]; then
  if [ -e armed ]; then
    lead "$(cat armed)" || exit 1
  elif [ -e was ]; then
    lead "$(cat was)" || exit 1
  elif [ "$previous" != "$release" ]; then
    lead "$previous_target" || exit 1
  fi
fi
rm -f armed was confirmed settled
