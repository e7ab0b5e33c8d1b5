# shellcheck shell=sh
# MARK: reads `ID LENGTH`, then that many bytes of script, runs them in a subshell without standard input, and marks the
# end on both outputs. Scripts do not know the mark.
mark=$1
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
cd / || exit
printf '%s ready\n' "$mark"
while IFS=' ' read -r id size; do
  script=$(head -c "$size") || exit
  (
    unset mark
    eval "$script"
  ) </dev/null
  code=$?
  script=''
  printf '\n%s %s %s\n' "$mark" "$id" "$code"
  printf '\n%s %s\n' "$mark" "$id" >&2
done
