# shellcheck shell=sh
# Writes beside, compares the digest, keeps the previous content, renames.
: "${path?}" "${folder?}" "${beside?}" "${content?}" "${sha256?}" "${owner?}" "${mode?}" "${scope?}"
. ./lib-records.sh

[ -d "$folder" ] || mkdir -p "$folder" || exit 1
# However it ends, nothing half written stays.
clean_up() { rm -f -- "$beside"; }
trap clean_up EXIT
clean_up
(
  umask 077
  printf '%s' "$content" | base64 -d >"$beside"
) || exit 1
[ "$(sha256sum <"$beside")" = "$sha256  -" ] || {
  echo 'the content did not arrive whole: is the disk full?' >&2
  exit 1
}
chown "$owner" "$beside" && chmod "$mode" "$beside" && sync "$beside" || exit 1
keep_found "$path"
record "$sha256" "$scope" "$path"
mv -fT "$beside" "$path"
