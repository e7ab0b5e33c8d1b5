# shellcheck shell=sh
# What every holder of a lock claims and who it is: processes of that name ($name) whose descriptor holds one. It takes
# none.
: "${name?}"

for process in /proc/[0-9]*; do
  tr '\0' '\n' <"$process/cmdline" 2>/dev/null | grep -qx "$name" || continue
  # The shell moves the descriptor where its loop closes it for others.
  grep -qs '^lock:' "$process"/fdinfo/* || continue
  tail -z -n 2 "$process/cmdline" | tr '\n\0' ' \n'
done
