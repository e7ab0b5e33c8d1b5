# shellcheck shell=sh
# Notes that a plan is begun, for root alone, and that a power cut does not take it back. After three months a plan that
# was left half done is compared as if it had never been begun. What an earlier version let everybody read of what Flight
# knows is closed.
: "${note?}" "${folder?}" "${private?}"
. ./lib-private.sh

private_folder "$folder" && : >"$note" && sync "$note" "$folder" || exit 1
find "$folder" -type f -mtime +90 -delete
printf '%s' "$private" | while IFS= read -r file; do
  [ ! -e "$file" ] || chmod 600 "$file" || exit 1
done
