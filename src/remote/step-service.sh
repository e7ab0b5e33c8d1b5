# shellcheck shell=sh
# Starts a service, or makes a running one load its configuration: the tests first (a bad configuration plus a reload
# kills FPM's master), then the reload, then proof that the load really moved: the mark, and every pool's own word. What
# was loaded is noted. `loads`: PROGRAM VERSION FOLDER of each that has a test.
: "${does?}" "${load_limit?}" "${nginx_patience?}" "${loaded?}" "${exit_bad_configuration?}" "${exit_not_loaded?}"
. ./lib-records.sh
. ./lib-fpm-load.sh
. ./lib-fpm-pools.sh

test_one() {
  case $1 in
    nginx) nginx -t -q ;;
    php-fpm) "php-fpm$2" -t && check_pools "$3" ;;
  esac
}
test_or_end() { test_one "$@" || exit 1; }

# All tests before anything loads. When one fails, what this plan wrote of it is put back, and nothing that anybody else
# wrote, an earlier plan included.
if ! said=$(loads test_or_end 2>&1); then
  printf '%s\n' "$said" | tail -n 20 >&2
  changes put_back "$plan_kept"
  (loads test_or_end) >/dev/null 2>&1 ||
    echo "the test still fails without this plan's files: something else there is wrong, perhaps from an earlier plan" >&2
  exit "$exit_bad_configuration"
fi

# Until nginx's workers of before its last reload are gone they may still send requests to a pool that nothing new asks.
# What is left after that long only holds connections open (websockets).
old_workers() {
  master=$(cat /run/nginx.pid 2>/dev/null) &&
    sed 's|[0-9][0-9]*|/proc/&/cmdline|g' "/proc/$master/task/$master/children" 2>/dev/null |
    xargs -r cat 2>/dev/null | grep -aq 'shutting down'
}
n=0
while [ $n -lt $((nginx_patience * 5)) ] && old_workers; do
  n=$((n + 1))
  sleep 0.2
done

tell_status() { systemctl status --no-pager --lines=10 "$unit" >&2; }
identity() { loaded_mark "$mark_by" "$mark_path" | cut -d' ' -f2; }
reload() {
  systemctl reload-or-restart "$unit" || {
    tell_status
    exit 1
  }
}

# Loads, and waits until the load has really moved: FPM's waits for running requests.
load() {
  if [ "$mark_by" = none ]; then
    reload
    return
  fi
  await_earlier_load
  before=$(identity)
  load_gently || reload
  n=0
  while [ "$(identity)" = "$before" ] && [ $n -lt $((load_limit * 10)) ] &&
    { [ $((n % 10)) -ne 9 ] || systemctl is-active --quiet "$unit"; }; do
    n=$((n + 1))
    sleep 0.1
  done
  [ "$(identity)" != "$before" ] || {
    echo "the reload was asked for, and the service did not load anything within $load_limit s" >&2
    exit "$exit_not_loaded"
  }
}

# A package starts its service by itself, perhaps before the last file of its configuration was there: then it loads
# again.
load_if_newer() {
  [ "$mark_by" != none ] || return 0
  loaded_at=$(loaded_mark "$mark_by" "$mark_path" | cut -d' ' -f1)
  newest=$(configuration newest_change | cut -f1)
  if [ -n "$loaded_at" ] && [ -n "$newest" ] &&
    awk -v a="$newest" -v b="$loaded_at" 'BEGIN {exit !(a > b)}'; then
    load
  fi
}

since=$(date +%s)
digest=$(configuration configuration_digest)
case $does in
  start)
    if ! systemctl enable --quiet "$unit" || ! systemctl start "$unit"; then
      tell_status
      exit 1
    fi
    load_if_newer
    ;;
  reload) load ;;
esac
systemctl is-active --quiet "$unit" || {
  echo 'it does not run afterwards' >&2
  tell_status
  exit 1
}
[ "$does" = reload ] || since=0
# All pools together have that long.
until=$(($(date +%s) + patience + 60))
await_since() { await_pool "$since" "$until" "$@"; }
pools await_since
if [ "$mark_by" != none ]; then
  mkdir -p "$loaded" && printf '%s %s\n' "$(identity)" "$digest" >"$loaded/$unit.new" &&
    mv -fT "$loaded/$unit.new" "$loaded/$unit"
fi
