# shellcheck shell=sh
# What is pushed lies beside the file.
: "${content?}" "${back?}"
. ./lib-push-lock.sh

[ ! -e confirmed ] || exit 0
# One that nobody leads back any more, since a reboot for example.
for other in ../[0-9]*T*Z-*/; do
  [ "$other" = "../$id/" ] || [ ! -e "$other/armed" ] || {
    flock -u 7
    /bin/sh "$other/revert" 7>&- && flock -w 60 7 || exit 1
  }
done
# What an earlier run has written must not go back while it is written once more.
if [ -e armed ]; then revert_in "$back"; fi
printf '%s' "$content" | base64 -d | write_beside || exit 1
