# shellcheck shell=sh
# Written beside, synced, renamed, by the app's own user: a link or a pipe that the app put there is replaced, not
# followed.
: "${app?}" "${folder?}" "${name?}" "${content?}"
. ./lib-as-user.sh

printf '%s' "$content" | base64 -d | as_user "$app" sh ./replace-file.sh "$folder" "$name"
