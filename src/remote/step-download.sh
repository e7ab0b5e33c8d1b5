# shellcheck shell=sh
# The server downloads; what came is put in place only with the wanted digest.
: "${path?}" "${folder?}" "${beside?}" "${url?}" "${sha256?}" "${mode?}" "${scope?}" "${runs?}" "${got?}"
. ./lib-records.sh
. ./lib-fetch.sh

mkdir -p "$runs" "$folder" && rm -f -- "$got" "$beside" || exit 1
fetch "$url" "$got"
if [ "$(sha256sum <"$got")" != "$sha256  -" ]; then
  printf 'what %s serves has another digest: %s\n' "$url" "$(sha256sum <"$got" | cut -c1-64)" >&2
  rm -f -- "$got"
  exit 1
fi
cp -- "$got" "$beside" && chown root:root "$beside" && chmod "$mode" "$beside" && sync "$beside" &&
  rm -f -- "$got" || exit 1
keep_found "$path"
record "$sha256" "$scope" "$path"
mv -fT "$beside" "$path"
