# shellcheck shell=sh
# Makes ready what going live takes. What the release holds now is all that it came with: whatever is there later and
# not now, somebody put there. Of one that was live before, what was put there since is not what it came with.
: "${release_folder?}" "${revert?}" "${back?}"
. ./lib-live.sh
. ./lib-as-user.sh

[ -s lives ] && [ -e files ] || {
  as_user "$app" sh ./list-files.sh "$release_folder" 7>&- | LC_ALL=C sort -z >files.new && mv -f files.new files
} || exit 1
as_user "$app" sh ./next-release.sh "$base" "releases/$release" 7>&- || exit 1
printf '%s' "$revert" >revert
# Already here: whatever ends the shell that switches, somebody leads back. Other servers may take their time until
# then.
revert_in $((2 * back))
