# shellcheck shell=sh
# Makes room for an artifact of so many bytes and prints how many of them lie there already, or `all`.
: "${releases?}" "${of_app?}" "${record?}" "${part?}" "${size?}"
. ./lib-artifact.sh
. ./lib-private.sh

private_folder "$releases" "$of_app" "$record" || exit 1
if artifact_is_there; then
  echo all
  exit 0
fi
there=$(stat -c %s -- "$part" 2>/dev/null || echo 0)
[ "$there" -le "$size" ] || {
  rm -f -- "$part"
  there=0
}
echo "$there"
