# shellcheck shell=sh
# What an app's releases share wins over what the artifact has in its place. `linked_dirs` and `linked_files`: PATH TARGET each;
# `assets`: folders of which pages of the live release still ask for files.
: "${folder?}" "${shared?}" "${current?}"

cd "$folder" || exit 1
# Through a link in the artifact the removal would reach what is shared, or further.
inside() {
  case $(realpath -m -- "$1") in
    "$folder" | "$folder"/*) ;;
    *)
      printf '%s lies behind a link in the artifact that leads out of the release: take it out of the repository\n' \
        "$1" >&2
      exit 1
      ;;
  esac
}
share() {
  inside "$(dirname -- "$1")" && rm -rf -- "$1" && mkdir -p -- "$(dirname -- "$1")" && ln -s -- "$2" "$1" || exit 1
}
share_folder() { mkdir -p -- "$shared/$1" && share "$1" "$2" || exit 1; }

# Those that came with the live release, not those that it kept of an earlier one.
keep_assets() {
  [ -d "$current/$1" ] && [ ! -L "$current/$1" ] || return 0
  inside "$1"
  mkdir -p -- "$1" || exit 1
  (
    cd -P -- "$current" || exit
    find "$1" -type f -print0 | sort -z >"$OLDPWD/.flight-assets"
    if [ -f .flight-kept ]; then sort -z .flight-kept; fi >"$OLDPWD/.flight-older"
  )
  comm -z -23 .flight-assets .flight-older | xargs -0 -r sh ./keep-each.sh "$current" || exit 1
  rm -f .flight-assets .flight-older
}

linked_dirs share_folder
linked_files share
assets keep_assets
[ ! -e .flight-kept.new ] || mv -f .flight-kept.new .flight-kept
