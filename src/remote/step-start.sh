# shellcheck shell=sh
# Starts a long step as a transient systemd unit, unless it runs already, or this very start was heard of before: $token
# is new for each time that a run asks for a step, and the same when it only asks again over a new connection. One that
# is to run $once does not begin again when it has succeeded. It outlives the connection; its output and its exit code
# lie on disk. $before is done first, with the folder there.
: "${unit?}" "${folder?}" "${parent?}" "${runs?}" "${script?}" "${token?}" "${once?}" "${before?}"
. ./lib-private.sh

# What has no folder was never started.
if [ -d "$folder" ]; then
  state=$(systemctl show -p ActiveState --value "$unit.service")
  case $state in active | reloading | refreshing | activating) exit 0 ;; esac
  [ "$(cat "$folder/token" 2>/dev/null)" != "$token" ] || exit 0
  [ -z "$once" ] || [ "$(head -n 1 "$folder/rc" 2>/dev/null)" != 0 ] || exit 0
  [ "$state" != failed ] || systemctl reset-failed "$unit.service" 2>/dev/null
  rm -rf -- "$folder" || exit 1
fi
# Output of steps of long ago: nobody follows those any more.
if [ "$parent" = "$runs" ] && [ -d "$runs" ]; then
  find "$runs" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} + 2>/dev/null
fi
private_folder "$parent" && mkdir -m 0700 "$folder" && mkfifo -m 0600 "$folder/over" || exit 1
printf '%s' "$script" >"$folder/script"
# The exit code has its place before it is known: a disk that the step fills must not take it away.
: >"$folder/out"
: >"$folder/err"
printf '   \n' >"$folder/rc.new" || exit 1
eval "$before"
systemd-run --quiet --collect --unit="$unit" --description='Flight: a step of a plan' \
  --property=KillMode=mixed --property=TimeoutStopSec=600 /bin/sh ./run-step.sh "$folder" >&2 || exit 1
printf '%s\n' "$token" >"$folder/token"
