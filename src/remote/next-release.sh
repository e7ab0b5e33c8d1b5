# shellcheck shell=sh
# BASE TARGET: a link beside `current` that is renamed over it.
cd -P "$1" && rm -f -- .flight/next && ln -s "$2" .flight/next
