# shellcheck shell=sh
# Rewrites a file to one comment, and keeps what it was. Its mode and owner stay.
: "${path?}" "${beside?}" "${comment?}" "${mark?}" "${because?}"
. ./lib-records.sh

[ -f "$path" ] && [ ! -L "$path" ] || exit 0
keep_found "$path"
# However it ends, nothing half written stays.
clean_up() { rm -f -- "$beside"; }
trap clean_up EXIT
cp -a -- "$path" "$beside" &&
  printf '%s %s on %s: %s\n' "$comment" "$mark" "$(date -u +%F)" "$because" >"$beside" && sync "$beside" || exit 1
# Only then: what is recorded as retired is not looked at again.
mv -fT "$beside" "$path" || exit 1
record "$(printf '%064d' 0)" retired "$path"
