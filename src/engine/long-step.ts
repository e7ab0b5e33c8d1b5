import { RUNS } from '../model/record.ts'
import { bytesTo } from '../shell/document.ts'
import { quote } from '../shell/quote.ts'

// The name of a long step's unit: the same whenever the same plan asks for the same step, so that it is found again.
export function unitName(plan: string, id: string): string {
  return `${unitPrefix(plan)}${id.replace(/[^a-z0-9-]/gi, '-')}`
}

// What the units of one plan's steps begin with.
export function unitPrefix(plan: string): string {
  return `flight-${plan.replace('sha256:', '').slice(0, 12)}-`
}

// Shell that starts a long step as a transient systemd unit, unless it runs already. It outlives the connection; its
// output and its exit code lie on disk.
export function startShell(unit: string, script: string): string {
  const folder = quote(`${RUNS}/${unit}`)
  return [
    `if systemctl is-active --quiet ${quote(unit)}.service || [ "$(systemctl show -p ActiveState --value ${quote(unit)}.service)" = activating ]; then exit 0; fi`,
    `systemctl reset-failed ${quote(unit)}.service 2>/dev/null`,
    // Output of steps of long ago: nobody follows those any more.
    `find ${RUNS} -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} + 2>/dev/null`,
    `mkdir -p -m 0700 ${RUNS} && rm -rf -- ${folder} && mkdir -m 0700 ${folder} || exit 1`,
    (bytesTo(`cat >${folder}/script`, script)),
    `: >${folder}/out; : >${folder}/err`,
    `systemd-run --quiet --collect --unit=${quote(unit)} --description=${quote('Flight: a step of a plan')} --property=KillMode=mixed --property=TimeoutStopSec=600 \\`,
    `  /bin/sh -c 'cd "$1" && /bin/sh ./script </dev/null >>out 2>>err; echo $? >rc.new; sync rc.new; mv -f rc.new rc' flight ${folder} >&2`,
  ].join('\n')
}

// Shell that prints a running step's output as it comes, from a byte on, and ends when the step ends: exit 0 with the
// step's code in a last line `rc N`, or 3 when the unit is gone without one (a reboot, a power cut).
export function followShell(unit: string): string {
  const folder = quote(`${RUNS}/${unit}`)
  return [
    `cd ${folder} || exit 3; seen=0; turn=0`,
    `while :; do`,
    `  over=; if [ -e rc ]; then over=1`,
    // Asking systemd costs more than looking: every fifth second is enough to notice that nobody is there any more.
    `  elif [ $((turn%10)) -eq 9 ] && ! systemctl is-active --quiet ${quote(unit)}.service; then sleep 0.3; [ -e rc ] || exit 3; over=1; fi`,
    `  size=$(stat -c %s out); if [ "$size" -gt "$seen" ]; then tail -c +$((seen+1)) out | head -c $((size-seen)); seen=$size; fi`,
    `  [ -z "$over" ] || break; turn=$((turn+1)); sleep 0.5`,
    `done`,
    `tail -c 4000 err >&2; printf '\\nrc %s\\n' "$(cat rc)"`,
  ].join('\n')
}

// Shell that names the steps of Flight that are running, and since when (UTC).
export const RUNNING_SCRIPT = [
  `for unit in $(systemctl list-units --no-legend --plain --state=active,activating,deactivating 'flight-*.service' 2>/dev/null | cut -d' ' -f1); do`,
  `  printf '%s %s\\n' "$unit" "$(date -u -d "$(systemctl show -p ActiveEnterTimestamp --value "$unit")" +%FT%TZ 2>/dev/null)"`,
  `done`,
].join('\n')

// The steps that RUNNING_SCRIPT printed, without those of one plan.
export function runningSteps(output: string, exceptPlan: string | undefined): { unit: string; since: string }[] {
  return output
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([unit, since]) => (unit === undefined || !/^flight-[0-9a-z-]+\.service$/.test(unit) ? [] : [{ unit, since: since ?? '' }]))
    .filter(({ unit }) => exceptPlan === undefined || !unit.startsWith(unitPrefix(exceptPlan)))
}
