# shellcheck shell=sh
# FOLDER…: makes them for root alone; what is above them is anybody's to pass.
private_folder() {
  for folder_wanted in "$@"; do
    [ -d "$folder_wanted" ] || {
      mkdir -p "${folder_wanted%/*}" && (umask 077 && mkdir -p "$folder_wanted")
    } || return 1
  done
}
