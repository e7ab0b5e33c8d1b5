# shellcheck shell=sh
# FOLDER DAYS: logs of releases that went longer ago.
[ ! -d "$1" ] || find "$1" -mindepth 1 -maxdepth 1 -mtime "+$(($2 - 1))" -exec rm -rf -- {} +
