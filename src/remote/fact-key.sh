# shellcheck shell=sh
# Keyring files: PATH TAB at most $most bytes of it in base64.
: "${paths?}" "${most?}"

printf '%s' "$paths" | while IFS= read -r path; do
  [ -f "$path" ] || continue
  printf '%s\t' "$path"
  head -c "$most" -- "$path" | base64 -w0
  printf '\n'
done
