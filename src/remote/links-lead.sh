# shellcheck shell=sh
# PATH…: where each link leads, unless somebody put control characters there.
find "$@" -maxdepth 0 -type l ! -lname '*[[:cntrl:]]*' -printf 'leads\t%p\t%l\n' 2>/dev/null
