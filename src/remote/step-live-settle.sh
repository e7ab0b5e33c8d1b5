# shellcheck shell=sh
# Notes that a release was live and healthy on all servers.
. ./lib-live.sh

[ -s good ] || { date +%s >good.new && mv -f good.new good; } || exit 1
: >settled
