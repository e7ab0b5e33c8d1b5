# shellcheck shell=sh
# FOLDER: size, time and path of every file in it but those that a running application writes all the time.
cd -P -- "$1" && find . \( -path ./bootstrap/cache -o -path ./storage/framework -o -path ./storage/logs \) -prune \
  -o -type f -printf '%s %T@ %P\0'
