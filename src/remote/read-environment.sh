# shellcheck shell=sh
# PATH BYTES: what lies there, at most so much of it in base64. `nonblock` and `nofollow` hold also when the app puts a
# pipe or a link there a moment after it was looked at.
if [ -L "$1" ]; then
  echo link
elif [ ! -e "$1" ]; then
  echo absent
elif [ ! -f "$1" ]; then
  echo other
elif [ ! -r "$1" ]; then
  echo unreadable
else
  printf 'file '
  dd if="$1" iflag=nofollow,nonblock,fullblock bs="$2" count=1 2>/dev/null | base64 -w0
  echo
fi
