# shellcheck shell=sh
# Unpacks as the app's user, so that nothing in an artifact reaches what that user may not touch. A half unpacked folder
# begins anew: nobody has served it. Its digest is taken meanwhile, and nothing is done with what was unpacked before it
# is known to be what was sent.
: "${app?}" "${folder?}" "${record?}" "${artifact?}" "${sha256?}" "${note?}" "${link_shared?}"
. ./lib-as-user.sh

[ ! -f "$record/unpacked" ] || [ ! -d "$folder" ] || exit 0
give_up() {
  as_user "$app" rm -rf -- "$folder"
  rm -f -- "$artifact"
  exit 1
}
as_user "$app" sh ./unpack-here.sh "$folder" <"$artifact" &
unpacking=$!
# Not every server has openssl, which is four times as fast.
digest=$(openssl dgst -sha256 -r <"$artifact" 2>/dev/null || sha256sum <"$artifact")
wait "$unpacking"
unpacked=$?
[ "${digest%% *}" = "$sha256" ] || {
  echo 'the artifact is not what was sent' >&2
  give_up
}
[ "$unpacked" -eq 0 ] || give_up
as_user "$app" sh -c "$link_shared" || give_up
printf '%s\n' "$note" >"$record/unpacked.new"
sync "$record/unpacked.new" && mv -f "$record/unpacked.new" "$record/unpacked" && rm -f -- "$artifact"
