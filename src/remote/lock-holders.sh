# shellcheck shell=sh
# What every holder of a lock claims and who it is, two lines each. It takes none.
. ./lib-lock.sh

lock_holders | while IFS= read -r process; do
  [ -z "$(locked_by "$process")" ] || tail -z -n 2 "$process/cmdline" | tr '\n\0' ' \n'
done
