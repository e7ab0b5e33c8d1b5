# shellcheck shell=sh
# MASTER PID-FILE TWENTIETHS CPU: lets the workers of FPM finish for so long, and then the master loads. The master stands
# still with the order to load already before it, so that the kernel hands it that order first: it begins no worker in
# the place of those that finished. What connects meanwhile waits in the sockets. systemd looks for variables in its
# command line too: no braces around a name here.
m="$1"
was=$(stat -c %y "$2")
kill -STOP "$m" || exit 1
n=0
until sed 's/^.*) //' "/proc/$m/stat" | grep -q '^T' || [ $n -ge 100 ]; do
  n=$((n + 1))
  sleep 0.02
done
kill -USR2 "$m"
read -r workers <"/proc/$m/task/$m/children"
for worker in $workers; do kill -QUIT "$worker" 2>/dev/null; done
at_work() {
  sed 's|[0-9][0-9]*|/proc/&/stat|g' "/proc/$m/task/$m/children" | xargs -r cat 2>/dev/null | sed 's/^.*) //' |
    grep -q '^[^ZX]'
}
n=0
while [ $n -lt "$3" ] && at_work; do
  n=$((n + 1))
  sleep 0.05
done
# What woke it before it reads that order, a tick of its clock or a visitor, may make it begin workers all the same, and
# it ends those at once. They must not have taken a request by then: until it has loaded, the master goes before all
# others on the one CPU that it shares with what it begins. Whoever started this takes that back, and names no CPU
# where it must not be done (lib-fpm-load.sh).
[ -z "$4" ] || ! chrt --reset-on-fork --fifo --pid 1 "$m" || taskset --cpu-list --pid "$4" "$m" >/dev/null
# It is over once the master has loaded, so that whoever waits for it waits for that.
kill -CONT "$m"
n=0
while [ $n -lt 200 ] && [ "$(stat -c %y "$2")" = "$was" ]; do
  n=$((n + 1))
  sleep 0.05
done
