# shellcheck shell=sh
# The file is there. Between this and the confirmation a timer of the server itself leads back: a controller that was
# killed and a cut cable leave no two files.
: "${path?}" "${undoes?}" "${revert?}" "${most?}" "${back?}"
. ./lib-push-lock.sh

# What lies there now, read by the app's own user.
keep_what_was() {
  as_app sh ./read-plain-file.sh "$folder" "$name" "$most" >was.new
  case $? in
    0) sync was.new && mv -f was.new was ;;
    44)
      rm -f was.new
      : >none
      ;;
    *)
      printf '%s cannot be kept: it must be a plain file that %s may read, and the disk must have room for it\n' \
        "$path" "$app" >&2
      false
      ;;
  esac
}

[ ! -e confirmed ] || exit 0
turn=again
if [ ! -e armed ]; then
  turn=first
  rm -f was none parent first undoes
  keep_what_was || exit 1
  cat ../at >parent 2>/dev/null || : >parent || exit 1
  [ -z "$undoes" ] || printf '%s\n' "$undoes" >undoes || exit 1
  printf '%s' "$revert" >revert || exit 1
  in_cache sh ./cached-clean.sh || exit 1
  sync parent revert . && : >armed && sync armed || exit 1
fi
revert_in "$back"
rename_beside "$turn" || exit 1
note_since
