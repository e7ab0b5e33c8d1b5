# shellcheck shell=sh
# Asks a release through its pool's socket, before it is live.
: "${index?}"
. ./step-forget.sh
. ./lib-check.sh

ask() { parameters ask_fastcgi "$socket" "$index" "$timeout" | fastcgi_status; }
await_answer
