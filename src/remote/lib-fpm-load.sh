# shellcheck shell=sh
# A master of FPM reloads by the process_control_timeout that it runs with, and one that never read Flight's settings
# has PHP's default of 0: it would cut every running request off (docs/decisions/0022). There its workers are asked to
# finish first, for at most $patience seconds.
: "${unit?}" "${mark_by?}" "${mark_path?}" "${settings?}" "${patience?}" "${finish_then_load?}"
. ./lib-loaded.sh

# A name with a dot: it is not a step of a plan, which other runs would have to wait for.
gentle=flight-load.${unit%.service}
gentle_limit=$((patience + 30))

# One that an earlier run began and that outlived it is waited for before anything else.
await_earlier_load() {
  [ -n "$settings" ] || return 0
  n=0
  while [ $n -lt $((gentle_limit * 5)) ] && systemctl is-active --quiet "$gentle.service"; do
    n=$((n + 1))
    sleep 0.2
  done
}

# True: the load is on its way. False where a plain reload lets requests finish.
load_gently() {
  [ -n "$settings" ] || return 1
  at=$(loaded_mark "$mark_by" "$mark_path" | cut -d' ' -f1)
  [ -n "$at" ] && [ -n "$(any_change_after "@$at" "$settings")" ] || return 1
  master=$(cat "$mark_path" 2>/dev/null) && [ "$master" -gt 1 ] 2>/dev/null &&
    [ "$master" = "$(systemctl show -p MainPID --value "$unit")" ] || return 1
  # A unit of its own: the master goes on, on all its CPUs and no more urgent than others, whatever ends this shell, and
  # whatever ends the unit.
  cpus=$(sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "/proc/$master/status")
  after="kill -CONT $master" cpu=''
  # A master that somebody gave another policy (field 41 of proc(5) stat, 0 is SCHED_OTHER) keeps it.
  if [ "$(sed 's/^.*) //' "/proc/$master/stat" | cut -d' ' -f39)" = 0 ]; then
    cpu=${cpus%%[!0-9]*}
    # The master first: what it begins from then on has its CPUs.
    after="$after; chrt --other --pid 0 $master; taskset --cpu-list --pid $cpus $master;"
    after="$after for w in \$\$(cat /proc/$master/task/$master/children); do taskset --cpu-list --pid $cpus \$\$w; done"
  fi
  systemd-run --quiet --collect --unit="$gentle" \
    --description="Flight: lets the requests of $unit finish, then it loads" \
    --property=RuntimeMaxSec=$gentle_limit --property=ExecStopPost="/bin/sh -c \"$after\"" \
    /bin/sh -c "$finish_then_load" flight "$master" "$mark_path" $((patience * 20)) "$cpu" >&2
}
