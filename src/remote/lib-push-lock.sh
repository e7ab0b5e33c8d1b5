# shellcheck shell=sh
# A push that somebody drives waits a minute for its turn.
. ./lib-push.sh
. ./lib-private.sh

private_folder "${pushes%/*}" "$pushes" "$pushes/$id" && cd "$pushes/$id" || exit 1
exec 7>>../.lock
flock -w 60 7 || {
  echo 'the environment file is being changed by somebody else' >&2
  exit 1
}
