# shellcheck shell=sh
# server|APPS: holds the lock of the server, or of these apps (two at most), until `q` comes or nothing for 15 seconds.
# It is a flock on folders in memory, held by this shell and nobody else: whatever ends the shell, a kill, a cut cable, a
# reboot, frees it. A run for some apps shares the server's with others and has one of each app for itself. Who holds
# what stands in the shell's own command line, so that nothing stale can be read.
. ./lib-lock.sh
. ./lib-private.sh

held() {
  echo held
  exit 75
}

# HOW DESCRIPTOR: what an earlier version locks is locked as well, so that it and this one exclude each other. Everybody
# may lock that: it counts only where an earlier version did, which locks nothing else.
as_before() {
  flock -n "$1" "$2" || lock_holders | while IFS= read -r process; do
    places=$(locked_by "$process")
    case $places in
      '' | *"$locks"*) ;;
      *) exit 1 ;;
    esac
  done || held
}

private_folder "$locks" || exit 70
exec 9<"$locks" 8<"$old_locks" || exit 70
if [ "$1" = server ]; then
  flock -n -x 9 || held
  as_before -x 8
else
  flock -n -s 9 || held
  as_before -s 8
  fd=3
  for app in $1; do
    private_folder "$locks/$app" && mkdir -p "$old_apps/$app" || exit 70
    eval "exec $fd<\"\$locks/\$app\" $((fd + 1))<\"\$old_apps/\$app\"" || exit 70
    flock -n -x "$fd" || held
    as_before -x "$((fd + 1))"
    fd=$((fd + 2))
  done
fi
echo locked
while b=$(timeout 15 head -c 1) && [ -n "$b" ]; do
  [ "$b" = b ] || exit 0
done 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
