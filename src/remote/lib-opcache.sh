# shellcheck shell=sh
# SOCKET FOLDER: OPcache drops what it holds of a release's cached configuration, through the pool's own socket and
# without a reload. Tried three times: all children of the pool may be busy.
: "${opcache_script?}"
. ./lib-fastcgi.sh

forget_cached() {
  [ -f "$opcache_script" ] || {
    echo "$opcache_script is not there: flight provision puts it there" >&2
    return 1
  }
  for _ in 1 2 3; do
    ! ask_fastcgi "$1" "$opcache_script" 10 "FLIGHT_FORGET=$2/bootstrap/cache/" | grep -q '^dropped ' || return 0
    sleep 1
  done
  echo "the pool at $1 does not answer: OPcache may hold what is not there any more" >&2
  return 1
}
