# shellcheck shell=sh
# BASE TARGET: `current` there leads to the target; without one there is none.
cd -P -- "$1" || exit 1
if [ -z "$2" ]; then exec rm -f -- current; fi
rm -f -- .flight/back && ln -s -- "$2" .flight/back && exec mv -fT -- .flight/back current
