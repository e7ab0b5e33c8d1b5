# shellcheck shell=sh
# What was cached of it is used from now on.
: "${socket?}"
. ./lib-push-lock.sh
. ./lib-opcache.sh

[ -n "$release_folder" ] || exit 0
in_cache sh ./cached-show.sh || exit 1
if [ -n "$socket" ] && [ -S "$socket" ]; then forget_cached "$socket" "$release_folder" || exit 1; fi
# Who was started since the file was renamed may have read what was cached before.
note_since
