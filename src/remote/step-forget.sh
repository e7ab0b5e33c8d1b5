# shellcheck shell=sh
# OPcache does not look whether a file changed: what an earlier life of this release cached of its configuration is
# dropped.
: "${socket?}" "${release_folder?}"
. ./lib-opcache.sh

forget_cached "$socket" "$release_folder" || exit 1
