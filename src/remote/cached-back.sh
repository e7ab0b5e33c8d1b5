# shellcheck shell=sh
# FOLDER: brings back what was cached before a push.
cd -P -- "$1" 2>/dev/null || exit 0
rm -f -- .flight-new-*.php
for file in config routes-v7 events; do
  [ ! -f ".flight-was-$file.php" ] || mv -fT -- ".flight-was-$file.php" "$file.php" || exit 1
done
