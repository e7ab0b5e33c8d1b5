# shellcheck shell=sh
# COMMAND…: runs it in / with a umask of 022.
cd / && umask 022 && exec "$@"
