import { posix } from 'node:path'
import { releasePaths } from '../../model/app-paths.ts'
import type { Claim, StepContext } from '../../model/host.ts'
import { RUNS } from '../../model/record.ts'
import type { Step } from '../../model/step.ts'
import { bytesInto } from '../../shell/document.ts'
import { quote } from '../../shell/quote.ts'

// Where a long step runs: a transient systemd unit of this name,
// with its script, output and exit code in a folder of root's.
export type LongRun = { unit: string; folder: string }

// A long step of a release is found again by every plan that has
// to do with that release; any other by runs of the same plan.
export function runOf(step: Step, { plan, id }: Pick<StepContext, 'plan' | 'id'>): LongRun {
  if (step.step === 'command')
    return {
      unit: `${releaseUnits(step)}${step.key}`,
      folder: `${releasePaths(step.app, step.release).commands}/${step.key}`,
    }
  const unit =
    step.step === 'unpack' || step.step === 'prune'
      ? `${releaseUnits(step)}${step.step}`
      : `${unitPrefix(plan)}${id.replace(/[^a-z0-9-]/gi, '-')}`
  return { unit, folder: `${RUNS}/${unit}` }
}

function releaseUnits({ app, release }: { app: string; release: string }): string {
  return `flight-of-${app}-${release}-`
}

// What the units of one plan's other steps begin with.
export function unitPrefix(plan: string): string {
  return `flight-${plan.replace('sha256:', '').slice(0, 12)}-`
}

// Shell that starts a long step as a transient systemd unit, unless it runs already, or this very start was heard of
// before: `token` is new for each time that a run asks for a step, and the same when it only asks again over a new
// connection. One that is to run `once` does not begin again when it has succeeded. It outlives the connection; its
// output and its exit code lie on disk. `before` is done first, with the folder there.
export function startShell(
  { unit, folder: path }: LongRun,
  { script, token, once = false, before = ':' }: { script: string; token: string; once?: boolean; before?: string },
): string {
  const [folder, parent] = [quote(path), quote(posix.dirname(path))]
  return [
    // What has no folder was never started.
    `if [ -d ${folder} ]; then`,
    `  state=$(systemctl show -p ActiveState --value ${quote(unit)}.service); case $state in ` +
      `active|reloading|refreshing|activating) exit 0;; esac`,
    `  [ "$(cat ${folder}/token 2>/dev/null)" != ${quote(token)} ] || exit 0`,
    ...(once ? [`  [ "$(head -n 1 ${folder}/rc 2>/dev/null)" != 0 ] || exit 0`] : []),
    `  [ "$state" != failed ] || systemctl reset-failed ${quote(unit)}.service 2>/dev/null`,
    `  rm -rf -- ${folder} || exit 1`,
    `fi`,
    // Output of steps of long ago: nobody follows those any more.
    ...(path.startsWith(`${RUNS}/`)
      ? [`[ ! -d ${RUNS} ] || find ${RUNS} -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} + 2>/dev/null`]
      : []),
    `{ [ -d ${parent} ] || mkdir -p -m 0700 ${parent}; } && mkdir -m 0700 ${folder} && mkfifo -m 0600 ` +
      `${folder}/over || exit 1`,
    bytesInto(`${folder}/script`, script),
    // The exit code has its place before it is known: a disk that the step fills must not take it away.
    `: >${folder}/out; : >${folder}/err; printf '   \\n' >${folder}/rc.new || exit 1`,
    before,
    `systemd-run --quiet --collect --unit=${quote(unit)} --description=${quote('Flight: a step of a plan')} ` +
      `--property=KillMode=mixed --property=TimeoutStopSec=600 \\`,
    `  /bin/sh -c 'cd "$1" && /bin/sh ./script </dev/null >>out 2>>err; echo $? 1<>rc.new; sync rc.new; mv -f ` +
      `rc.new rc; echo 1<>over' flight ${folder} >&2 || exit 1`,
    `printf '%s\\n' ${quote(token)} >${folder}/token`,
  ].join('\n')
}

// Shell that prints a running step's output as it comes, from a byte on, and ends when the step ends: exit 0 with the
// step's code in a last line `rc N`, or 3 when the unit is gone without one (a reboot, a power cut). Of what it prints
// at once only the last `most` bytes come.
export function followShell({ unit, folder: path }: LongRun, most = 1_000_000): string {
  const folder = quote(path)
  return [
    `cd ${folder} || exit 3; seen=0; turn=0; [ ! -p over ] || exec 8<>over`,
    `while :; do`,
    `  over=; if [ -e rc ]; then over=1`,
    // Asking systemd costs more than looking: every fifth second is enough to notice that nobody is there any more.
    `  elif [ $((turn%10)) -eq 9 ] && ! systemctl is-active --quiet ${quote(unit)}.service; then sleep 0.3; [ -e rc ` +
      `] || exit 3; over=1; fi`,
    `  size=0; [ ! -s out ] || size=$(stat -c %s out); [ $((size-seen)) -le ${most} ] || seen=$((size-${most})); if ` +
      `[ "$size" -gt "$seen" ]; then tail -c +$((seen+1)) out | head -c $((size-seen)); seen=$size; fi`,
    `  [ -z "$over" ] || break; turn=$((turn+1))`,
    // The step says when it is over: most are in a moment, and looking
    // again and again would take from the server what they need.
    `  if [ -p over ]; then timeout 0.5 head -c 1 <&8 >/dev/null; else sleep 0.5; fi`,
    `done`,
    `[ ! -s err ] || tail -c 4000 err >&2; read -r code <rc; printf '\\nrc %s\\n' "$code"`,
  ].join('\n')
}

// Shell that names the steps of Flight that are running, and since when (UTC).
export const RUNNING_SCRIPT = [
  `for unit in $(systemctl list-units --no-legend --plain --state=active,activating,deactivating 'flight-*.service' ` +
    `2>/dev/null | cut -d' ' -f1); do`,
  `  printf '%s %s\\n' "$unit" "$(date -u -d "$(systemctl show -p ActiveEnterTimestamp --value "$unit")" +%FT%TZ ` +
    `2>/dev/null)"`,
  `done`,
].join('\n')

export type RunningStep = { unit: string; since: string }

// The steps that RUNNING_SCRIPT printed. A server that takes a push back
// has a lock of its own for that, and may have to try again for long.
export function runningSteps(output: string): RunningStep[] {
  return output
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([unit, since]) =>
      unit === undefined || !/^flight-(?!revert-env-)[0-9a-z-]+\.service$/.test(unit)
        ? []
        : [{ unit, since: since ?? '' }],
    )
}

// Those of them that stand in the way of a run: not its own, and not those of an app that it does not touch.
export function inTheWay(running: readonly RunningStep[], plan: string, claim: Claim): RunningStep[] {
  const others = running.filter(({ unit }) => !unit.startsWith(unitPrefix(plan)))
  if (claim === 'server') return others
  return others.filter(({ unit }) => {
    const [, app, release] = /^flight-of-([a-z0-9-]+)-([0-9a-f]{12}-\d+)-[a-z0-9-]+\.service$/.exec(unit) ?? []
    if (app === undefined) return true
    const claimed = claim.find((each) => each.app === app)
    return claimed !== undefined && claimed.release !== release
  })
}
