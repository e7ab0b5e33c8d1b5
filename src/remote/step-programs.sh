# shellcheck shell=sh
# Brings supervisor to what lies on disk for the programs of one app: new ones begin, those that go or change are
# handed to a unit that lets them finish ($drain), the rest is not touched. Then those that are to run must run.
: "${app?}" "${programs?}" "${count?}" "${logs?}" "${drain?}" "${exit_bad_configuration?}"
. ./lib-records.sh
. ./lib-supervisor.sh

export LC_ALL=C
t=$(mktemp -d) || exit 1
trap 'rm -rf -- "$t"' EXIT
printf '%s' "$programs" >"$t/wanted"
if grep -qvE '^[a-z0-9-]+(\.[a-z0-9_-]+)+$' "$t/wanted"; then
  echo 'a program has a name that none can have' >&2
  exit 1
fi
# One that was started a moment ago makes its socket when it is ready.
n=0
until [ -S "$socket" ] || [ $n -ge 100 ]; do
  n=$((n + 1))
  sleep 0.1
done
ask() {
  printf '%s\n' reloadConfig getAllProcessInfo | calls | rpc | answers >"$t/now"
  [ "$(tail -n 1 "$t/now")" = end ] || {
    echo "supervisord does not answer at $socket" >&2
    exit 1
  }
}

ask
if sed -n 's/^fault\t1\t//p' "$t/now" | grep . >&2; then
  changes put_back "$plan_kept"
  ask
  exit "$exit_bad_configuration"
fi

# One at a time on a server: what drains is read, and what is to drain is noted, before anybody else looks.
private_folder "$drains" || exit 1
(
  flock 8 || exit 1
  draining >"$t/draining"
  ask
  standing <"$t/now" >"$t/standing"
  awk -F '\t' -v prefix="$app." -f ./programs-to-do.awk "$t/wanted" "$t/draining" "$t/standing" "$t/now" >"$t/todo"
  if grep -v '^drain ' "$t/todo" >"$t/calls"; then
    calls <"$t/calls" | rpc | answers | sed -n 's/^fault\t[0-9]*\t//p' >&2
  fi
  sed -n 's/^drain //p' "$t/todo" >"$t/names"
  [ -s "$t/names" ] || exit 0
  for folder in "$drains"/*/; do
    unit=${folder%/}
    systemctl is-active --quiet "${unit##*/}.service" || rm -rf -- "$folder"
  done
  unit=flight-drain.$app.$(date +%s%N)
  mkdir "$drains/$unit" || exit 1
  printf '%s\n' "$drain" >"$drains/$unit/script"
  cp -- "$t/names" "$drains/$unit/names"
  systemd-run --quiet --collect --unit="$unit" \
    --description="Flight: lets jobs finish: $(head -n 20 "$t/names" | tr '\n' ' ')" \
    /bin/sh "$drains/$unit/script" "$drains/$unit" >&2
) 8>>"$drains/.lock" || {
  echo 'the programs could not be changed' >&2
  exit 1
}

# Asks for the wanted programs alone: a server may run hundreds of others. What still finishes a job is not waited for.
n=0
while :; do
  draining | awk -v prefix="$app." 'index($1, prefix)==1' >"$t/draining"
  awk -F '\t' 'FILENAME ~ /draining$/ {drains[$1] = 1; next} !($1 in drains)' "$t/draining" "$t/wanted" >"$t/asked"
  sed 's/^/getProcessInfo /' "$t/asked" | calls | rpc | answers >"$t/now"
  awk -F '\t' 'FILENAME ~ /now$/ {if ($1=="state") state[$3] = $2 ": " $4; next}
    state[$1] !~ /^RUNNING/ {print $1 "\t" (state[$1]=="" ? "supervisor does not know it" : state[$1])}' \
    "$t/now" "$t/asked" >"$t/down"
  [ -s "$t/down" ] || [ -s "$t/draining" ] || exit 0
  # Ten seconds.
  [ $n -lt 100 ] || break
  n=$((n + 3))
  sleep 0.3
done
[ -s "$t/down" ] || exit 0
head -n 5 "$t/down" | while IFS=$(printf '\t') read -r name state; do
  printf '%s does not run: %s\n' "$name" "$state"
  # Who owns the log may have put anything in its place: it is read as that user, and not for long.
  log=${name#*.}
  log=worker-${log%.*}-${log##*.}.log
  timeout 5 runuser -u "$app" -- env -i PATH=/usr/bin:/bin tail -n 5 -- "$logs/$log" </dev/null 2>/dev/null |
    cut -c1-300 | sed 's/^/  /'
done >&2
down=$(grep -c . "$t/down")
[ "$down" -le 5 ] || echo "and $((down - 5)) more of $count" >&2
exit 1
