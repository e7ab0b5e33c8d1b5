# shellcheck shell=sh
# FOLDER COMMAND…: runs it there, through no link that leads away later.
cd -P -- "$1" && shift && exec "$@"
