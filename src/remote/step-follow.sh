# shellcheck shell=sh
# Prints a running step's output as it comes, from a byte on, and ends when the step ends: exit 0 with the step's code
# in a last line `rc N`, or 3 when the unit is gone without one (a reboot, a power cut). Of what it prints at once only
# the last $most bytes come.
: "${unit?}" "${folder?}" "${most?}"

cd "$folder" || exit 3
seen=0 turn=0
[ ! -p over ] || exec 8<>over
while :; do
  over=''
  if [ -e rc ]; then
    over=1
  # Asking systemd costs more than looking: every fifth second is enough to notice that nobody is there any more.
  elif [ $((turn % 10)) -eq 9 ] && ! systemctl is-active --quiet "$unit.service"; then
    sleep 0.3
    [ -e rc ] || exit 3
    over=1
  fi
  size=0
  [ ! -s out ] || size=$(stat -c %s out)
  [ $((size - seen)) -le "$most" ] || seen=$((size - most))
  if [ "$size" -gt "$seen" ]; then
    tail -c +$((seen + 1)) out | head -c $((size - seen))
    seen=$size
  fi
  [ -z "$over" ] || break
  turn=$((turn + 1))
  # The step says when it is over: most are in a moment, and looking again and again would take from the server what
  # they need.
  if [ -p over ]; then timeout 0.5 head -c 1 <&8 >/dev/null; else sleep 0.5; fi
done
[ ! -s err ] || tail -c 4000 err >&2
read -r code <rc
printf '\nrc %s\n' "$code"
