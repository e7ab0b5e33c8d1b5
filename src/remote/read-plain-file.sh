# shellcheck shell=sh
# FOLDER NAME BYTES: what lies there: through no link, and no longer than it may be; 44 where there is nothing.
cd -P -- "$1" || exit 1
if [ ! -e "$2" ] && [ ! -L "$2" ]; then exit 44; fi
[ -f "$2" ] && [ ! -L "$2" ] && dd if="$2" iflag=nofollow,nonblock,fullblock bs="$3" count=1 status=none
