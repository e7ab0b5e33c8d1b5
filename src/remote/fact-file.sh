# shellcheck shell=sh
# What lies at paths, the digests of those that are to be read, the manifest, and the contents of files that Flight
# wrote and that are not as wanted (lines of W DIGEST PATH).
: "${paths?}" "${digested?}" "${wanted?}" "${manifest?}" "${forgotten?}" "${most?}"

printf '%s' "$paths" | tr '\n' '\0' | xargs -0 -r sh ./find-each.sh all
printf '\0\001'
# -z: without it names with a backslash are spelled otherwise
digests=$(printf '%s' "$digested" | tr '\n' '\0' | xargs -0 -r sh ./find-each.sh files |
  xargs -0 -r sha256sum -z | tr '\0' '\n')
printf '%s\n\0\001' "$digests"
cat "$manifest" 2>/dev/null
printf '\0\001'
if [ -n "$wanted" ]; then
  {
    printf '%s' "$wanted"
    printf '%s\n' "$digests" | sed 's/^/D /'
    sed 's/^/M\t/' "$manifest" 2>/dev/null
  } | awk -v forgotten="$forgotten" -f ./changed-files.awk | while IFS= read -r path; do
    printf '%s\t' "$path"
    head -c "$most" -- "$path" | base64 -w0
    printf '\n'
  done
fi
