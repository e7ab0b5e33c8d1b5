# shellcheck shell=sh
# Notes that a plan is begun, for root alone, and that a power cut does not take it back. After three months a plan that
# was left half done is compared as if it had never been begun.
: "${note?}" "${folder?}"
. ./lib-private.sh

private_folder "$folder" && : >"$note" && sync "$note" "$folder" || exit 1
find "$folder" -type f -mtime +90 -delete
