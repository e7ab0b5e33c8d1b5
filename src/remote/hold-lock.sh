# shellcheck shell=sh
# server|APPS: holds the lock of the server, or of these apps, until `q` comes or nothing for 15 seconds. It is a flock
# on a folder that every server has, held by this shell and nobody else: whatever ends the shell, a kill, a cut cable, a
# reboot, frees it. A run for some apps shares that with others and has a folder of each app for itself; they lie in
# memory. Who holds it stands in its own command line, so that nothing stale can be read.
exec 9</var/lib || exit 70
if [ "$1" = server ]; then
  flock -n -x 9 || {
    echo held
    exit 75
  }
else
  flock -n -s 9 || {
    echo held
    exit 75
  }
  fd=3
  for app in $1; do
    mkdir -p "/run/flight/lock/$app" || exit 70
    eval "exec $fd<\"/run/flight/lock/\$app\""
    flock -n -x $fd || {
      echo held
      exit 75
    }
    fd=$((fd + 1))
  done
fi
echo locked
while b=$(timeout 15 head -c 1) && [ -n "$b" ]; do
  [ "$b" = b ] || exit 0
done 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
