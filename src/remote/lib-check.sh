# shellcheck shell=sh
# Asks a release for a page (`ask` prints the status, 0 for no answer) until it answers as wanted, or its tries are
# over. What it answers is not repeated: an error page may show what nobody shall see.
: "${asked?}" "${status?}" "${timeout?}" "${retries?}" "${exit_unhealthy?}"

await_answer() {
  n=0
  while :; do
    got=$(ask)
    [ "$got" != "$status" ] || exit 0
    n=$((n + 1))
    [ "$n" -le "$retries" ] || break
    sleep 1
  done
  [ "$got" != 0 ] || got="nothing within $timeout s"
  printf '%s answered %s, wanted is %s (tried %s times)\n' "$asked" "$got" "$status" $((retries + 1)) >&2
  exit "$exit_unhealthy"
}
