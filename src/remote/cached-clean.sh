# shellcheck shell=sh
# FOLDER: removes what pushes left beside the cached configuration.
cd -P -- "$1" 2>/dev/null || exit 0
rm -f -- .flight-was-*.php .flight-new-*.php
