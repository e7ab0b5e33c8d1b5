# shellcheck shell=sh
# Whether services exist, run, start at boot, and run the configuration that lies on disk.
: "${loaded?}"
. ./lib-loaded.sh

# Usually nothing has changed since the load: then one find says so, and neither the newest is looked for nor a digest
# made.
loaded_of() {
  unit=$1 mark=$(loaded_mark "$2" "$3") newest='' stored='' digest=''
  shift 3
  if [ -n "$mark" ] && [ -n "$(any_change_after "@${mark%% *}" "$@")" ]; then
    newest=$(newest_change "$@")
    stored=$(cat "$loaded/$unit" 2>/dev/null)
    [ -z "$stored" ] || digest=$(configuration_digest "$@")
  fi
  printf '%s\n%s\n%s\n%s\n\0' "$mark" "$newest" "$stored" "$digest"
}

units systemctl show --property=Id,LoadState,ActiveState,UnitFileState -- 2>/dev/null
printf '\0'
services loaded_of
