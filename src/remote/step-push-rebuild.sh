# shellcheck shell=sh
# Makes what the live release caches of its configuration, as a command of the app: its own PATH.
: "${live?}" "${search?}"
. ./lib-push-lock.sh

[ -n "$release_folder" ] || exit 0
# A program that artisan leaves behind may keep its output open: that goes to a file, and not into our memory.
(
  ulimit -f 204800
  exec timeout -k 5 60 runuser -u "$app" -- env -i HOME="/home/$app" USER="$app" LOGNAME="$app" PATH="$search" \
    LANG=C.UTF-8 sh ./cache-anew.sh "$release_folder"
) >said 2>&1 </dev/null 7>&-
code=$?
[ $code -eq 0 ] || {
  printf '%s (exit code %s). What artisan says may show values: it is on this server alone, in %s/said\n' \
    "the configuration that $live caches cannot be made of it" "$code" "$PWD" >&2
  exit 1
}
rm -f said
