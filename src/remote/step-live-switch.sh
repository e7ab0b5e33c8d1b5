# shellcheck shell=sh
# Switches `current`. Between this and the confirmation a timer of the server itself leads back: a controller that was
# killed and a cut cable leave no two releases.
: "${back?}"
. ./lib-live.sh
. ./lib-as-user.sh

was=$(live)
if [ "$was" != "releases/$release" ]; then
  rm -f confirmed settled was
  printf '%s' "$was" >armed.new && sync armed.new && mv -f armed.new armed || exit 1
  as_user "$app" sh ./in-folder.sh "$base" mv -fT -- .flight/next current 7>&- || exit 1
  [ -e before ] || printf '%s\n' "${was#releases/}" >before
  date +%s.%N >>lives
elif [ ! -e confirmed ] && [ ! -e armed ]; then
  echo "$release is live here, and nobody noted what was before it" >&2
fi
[ ! -e confirmed ] || exit 0
revert_in "$back"
