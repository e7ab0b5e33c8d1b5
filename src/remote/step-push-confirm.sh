# shellcheck shell=sh
# Confirms that what was pushed stays.
: "${undoes?}" "${releases?}"
. ./lib-push-lock.sh

[ ! -e confirmed ] || exit 0
[ -e armed ] || {
  echo 'the server went back by itself: nobody confirmed in time' >&2
  exit 1
}
if [ -z "$undoes" ]; then
  printf '%s\n' "$id" >../at.new || exit 1
else
  { cat "../$undoes/parent" 2>/dev/null || :; } >../at.new || exit 1
fi
sync ../at.new && mv -f ../at.new ../at && : >confirmed && sync confirmed && rm -f armed || exit 1
# What follows from an earlier one follows from this one now.
for other in ../[0-9]*T*Z-*/; do
  [ "$other" = "../$id/" ] || [ ! -e "$other/confirmed" ] || : >"$other/settled"
done
# A release that is not live yet has cached what is not read any more: going on with it caches anew.
for record in "$releases/$app"/*/; do
  [ -s "$record/lives" ] || for run in "$record"commands/release-*/; do
    grep -Eqs '^ *(php )?artisan ([a-z]+:cache|optimize)( |$)' "$run/command" && rm -rf -- "$run"
  done
done
systemctl stop "$unit.timer" 2>/dev/null
:
