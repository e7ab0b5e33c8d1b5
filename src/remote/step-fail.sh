# shellcheck shell=sh
# Notes why a release is not to be used; the first reason stays. One that is not known here needs no note, and one that
# was live and healthy on all servers stays one to go back to.
: "${record?}" "${why?}"

[ ! -d "$record" ] || [ -e "$record/failed" ] || [ -e "$record/good" ] || {
  printf '%s\n' "$why" >"$record/failed.new" && mv -f "$record/failed.new" "$record/failed"
}
