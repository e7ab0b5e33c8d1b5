import { appPaths } from '../model/app-paths.ts'
import { bytesInto } from '../shell/document.ts'
import { quote } from '../shell/quote.ts'
import { DRAINS, SUPERVISOR_FUNCTIONS, supervisorCalls } from '../shell/supervisor.ts'
import { drainShell } from './drain.ts'
import { putBackShell } from './keep.ts'
import { EXIT_BAD_CONFIGURATION, type StepOf, type StepPlace, type StepSort } from './step.ts'

// How long the programs may take to run, in tenths of a second. What still finishes a job is not waited for.
const PATIENCE = 100

// Brings supervisor to what lies on disk for the programs of one app: new ones begin, those that go or change are
// handed to a unit that lets them finish, the rest is not touched. Then those that are to run must run.
export const programsStep: StepSort<'programs'> = {
  long: false,
  shell(step, place) {
    return [
      `export LC_ALL=C; t=$(mktemp -d) || exit 1; trap 'rm -rf -- "$t"' EXIT`,
      SUPERVISOR_FUNCTIONS,
      bytesInto('"$t/wanted"', step.programs.map((name) => `${name}\n`).join('')),
      `if grep -qvE '^[a-z0-9-]+(\\.[a-z0-9_-]+)+$' "$t/wanted"; then echo 'a program has a name that none can ` +
        `have' >&2; exit 1; fi`,
      // One that was started a moment ago makes its socket when it is ready.
      `n=0; until [ -S "$socket" ] || [ $n -ge 100 ]; do n=$((n+1)); sleep 0.1; done`,
      `ask() { ${supervisorCalls(['reloadConfig', 'getAllProcessInfo'])} >"$t/now" && [ "$(tail -n 1 "$t/now")" = ` +
        `end ] || { echo "supervisord does not answer at $socket" >&2; exit 1; }; }`,
      `refused() { sed -n 's/^fault\\t1\\t//p' "$t/now" | grep .; }`,
      ...loadShell(step, place),
      ...changeShell(step),
      ...waitShell(step),
    ].join('\n')
  },
}

function loadShell(step: StepOf<'programs'>, place: StepPlace): string[] {
  return [
    `ask`,
    `if refused >&2; then`,
    ...putBackShell(step.changes, place),
    `  ask; exit ${EXIT_BAD_CONFIGURATION}`,
    `fi`,
  ]
}

// One at a time on a server: what drains is read, and what is to drain is noted, before anybody else looks.
function changeShell({ app }: StepOf<'programs'>): string[] {
  return [
    `mkdir -p -m 0700 ${DRAINS} || exit 1`,
    `( flock 8 || exit 1`,
    `  draining >"$t/draining"; ask; standing <"$t/now" >"$t/standing"`,
    `  awk -F '\\t' -v prefix=${quote(`${app}.`)} '`,
    `    FILENAME ~ /wanted$/ {wanted[$1] = 1; next} FILENAME ~ /draining$/ {drains[$1] = 1; next} FILENAME ~ ` +
      `/standing$/ {if ($4=="0" || $5=="0") elsewhere[$2] = 1; next}`,
    `    {name = $1=="state" ? $3 : $2}`,
    `    index(name, prefix)!=1 || name !~ /^[a-z0-9._-]+$/ || (name in drains) {next}`,
    `    $1=="added" {print "addProcessGroup " name}`,
    `    $1=="changed" || $1=="removed" {print "drain " name; drains[name] = 1}`,
    // It stands in a release that is not the live one, or has read an environment file that does not lie there any
    // more: it finishes its job and comes back with what is there.
    `    $1=="state" && (name in elsewhere) {print "drain " name; drains[name] = 1; next}`,
    `    $1=="state" && $2 ~ /^(STOPPED|EXITED|FATAL|UNKNOWN)$/ && (name in wanted) {print "startProcess " name " ` +
      `false"}`,
    `  ' "$t/wanted" "$t/draining" "$t/standing" "$t/now" >"$t/todo"`,
    `  if grep -v '^drain ' "$t/todo" >"$t/calls"; then calls <"$t/calls" | rpc | answers | sed -n ` +
      `'s/^fault\\t[0-9]*\\t//p' >&2; fi`,
    `  sed -n 's/^drain //p' "$t/todo" >"$t/names"; [ -s "$t/names" ] || exit 0`,
    `  for folder in ${DRAINS}/*/; do unit=\${folder%/}; systemctl is-active --quiet "\${unit##*/}.service" || rm ` +
      `-rf -- "$folder"; done`,
    `  unit=${quote(`flight-drain.${app}`)}.$(date +%s%N); mkdir ${DRAINS}/"$unit" || exit 1`,
    bytesInto(`${DRAINS}/"$unit"/script`, `${drainShell()}\n`),
    `  cp -- "$t/names" ${DRAINS}/"$unit"/names`,
    `  systemd-run --quiet --collect --unit="$unit" --description="Flight: lets jobs finish: $(head -n 20 ` +
      `"$t/names" | tr '\\n' ' ')" /bin/sh ${DRAINS}/"$unit"/script ${DRAINS}/"$unit" >&2`,
    `) 8>>${DRAINS}/.lock || { echo 'the programs could not be changed' >&2; exit 1; }`,
  ]
}

// Asks for the wanted programs alone: a server may run hundreds of others.
function waitShell({ app, programs }: StepOf<'programs'>): string[] {
  const logs = `${appPaths(app).current}/storage/logs`
  const few = `awk -F '\\t' 'FILENAME ~ /draining$/ {drains[$1] = 1; next} !($1 in drains)'`
  return [
    `n=0; while :; do`,
    `  draining | awk -v prefix=${quote(`${app}.`)} 'index($1, prefix)==1' >"$t/draining"`,
    `  ${few} "$t/draining" "$t/wanted" >"$t/asked"; sed 's/^/getProcessInfo /' "$t/asked" | calls | rpc | answers ` +
      `>"$t/now"`,
    `  awk -F '\\t' 'FILENAME ~ /now$/ {if ($1=="state") state[$3] = $2 ": " $4; next} state[$1] !~ /^RUNNING/ ` +
      `{print $1 "\\t" (state[$1]=="" ? "supervisor does not know it" : state[$1])}' "$t/now" "$t/asked" >"$t/down"`,
    `  [ -s "$t/down" ] || [ -s "$t/draining" ] || exit 0`,
    `  [ $n -lt ${PATIENCE} ] || break; n=$((n+3)); sleep 0.3`,
    `done`,
    `[ -s "$t/down" ] || exit 0`,
    `head -n 5 "$t/down" | while IFS=$(printf '\\t') read -r name state; do`,
    `  printf '%s does not run: %s\\n' "$name" "$state"`,
    // Who owns the log may have put anything in its place: it is read as that user, and not for long.
    `  log=\${name#*.}; log=worker-\${log%.*}-\${log##*.}.log`,
    `  timeout 5 runuser -u ${quote(app)} -- env -i PATH=/usr/bin:/bin tail -n 5 -- ${quote(logs)}/"$log" ` +
      `</dev/null 2>/dev/null | cut -c1-300 | sed 's/^/  /'`,
    `done >&2`,
    `down=$(grep -c . "$t/down"); [ "$down" -le 5 ] || echo "and $((down-5)) more of ${programs.length}" >&2`,
    `exit 1`,
  ]
}
