# shellcheck shell=sh
# Asks the live release through nginx, on this server itself, whatever its name leads to elsewhere. Where the site has
# passwords, 401 is what who has none is answered ($unauthorized counts then): `current` says that it is the new one.
: "${current?}" "${release?}" "${unauthorized?}"
. ./lib-check.sh

[ "$(readlink -- "$current")" = "releases/$release" ] || {
  echo "current does not point to $release any more" >&2
  exit "$exit_unhealthy"
}
ask() {
  {
    page curl -q -sS --noproxy '*' --max-time "$timeout" -o /dev/null -w '%{http_code}\n' -A 'Flight health check' \
      2>/dev/null || echo 0
  } | head -n 1 | sed -e 's/^000$/0/' -e "s/^401\$/$unauthorized/"
}
await_answer
