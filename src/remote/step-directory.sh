# shellcheck shell=sh
# Makes a directory or sets its owner and mode, as the user who may do it. A link in its place is not followed; in an
# app's tree a link on the way there leads no further than that app's user may go.
: "${path?}" "${owner?}" "${group?}" "${mode?}" "${by?}"
. ./lib-as-user.sh

if [ -L "$path" ]; then
  printf '%s is a link, not a directory\n' "$path" >&2
  exit 1
fi
[ "$by" = root ] || owner=''
as_user "$by" sh ./make-directory.sh "$path" "$mode" "$owner:$group"
