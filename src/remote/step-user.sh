# shellcheck shell=sh
# Makes a system user with a group of its own name. One that is there stays as it is. An app's home ($noted) is noted.
: "${name?}" "${home?}" "${shell?}" "${scope?}" "${noted?}"
. ./lib-records.sh

getent passwd -- "$name" >/dev/null && exit 0
if [ -n "$noted" ]; then
  mkdir -p "${manifest%/*}" || exit 1
  record "$(printf '%064d' 0)" "$scope" "$home"
fi
useradd --system --user-group --no-create-home --home-dir "$home" --shell "$shell" "$name"
