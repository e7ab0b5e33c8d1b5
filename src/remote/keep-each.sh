# shellcheck shell=sh
# FOLDER PATH…: takes over each file from there that is not here.
from=$1
shift
for path; do
  [ -e "$path" ] || [ -L "$path" ] || {
    mkdir -p -- "$(dirname -- "$path")" && cp -p -- "$from/$path" "$path" && printf '%s\0' "$path" >>.flight-kept.new
  } || exit 255
done
