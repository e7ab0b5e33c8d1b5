# shellcheck shell=sh
# FOLDER: size, time and path of every file in it.
cd "$1" && find . -type f -printf '%s %T@ %P\0'
