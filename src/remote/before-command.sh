# shellcheck shell=sh
# What has to be there before the unit of a command starts: the command as it is written, for people; what is secret,
# in memory alone.
: "${record?}" "${command?}" "${secrets?}" "${secret?}" "${auth?}"
. ./lib-private.sh

printf '%s\n' "$command" >"$record/command"
if [ -n "$auth" ]; then
  private_folder "$secrets" && (
    umask 077
    printf '%s' "$auth" >"$secret"
  ) || exit 1
fi
