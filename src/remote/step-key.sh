# shellcheck shell=sh
# Downloads a signing key and prints it in base64. It is not trusted yet.
: "${url?}" "${runs?}" "${got?}"
. ./lib-fetch.sh

mkdir -p "$runs" && rm -f -- "$got" || exit 1
fetch "$url" "$got"
[ "$(stat -c %s "$got")" -le 262144 ] || {
  echo 'the key file is larger than 256 KB' >&2
  rm -f -- "$got"
  exit 1
}
base64 -w0 "$got"
rm -f -- "$got"
