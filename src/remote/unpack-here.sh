# shellcheck shell=sh
# FOLDER: unpacks what comes on standard input there, into nothing that was there before.
rm -rf -- "$1" && mkdir -p -- "$1" && exec tar --extract --gzip --no-same-owner --no-same-permissions \
  --delay-directory-restore --directory="$1"
