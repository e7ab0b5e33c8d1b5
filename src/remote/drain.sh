# shellcheck shell=sh
# FOLDER: ends the programs that it names after their job. Asks each to stop, and once it has (supervisord itself ends
# it by force after its stopwaitsecs), brings it to what lies on disk by then: gone, or begun anew. One that runs again
# was started by somebody else, or by a new supervisord, which begins with what lies on disk anyway.
export LC_ALL=C
cd "$1" || exit 1
. ./lib-supervisor.sh

sed 's/.*/stopProcess & false/' names | calls | rpc | answers >answer
n=0 silent=0
while [ -s names ] && [ $silent -lt 60 ]; do
  if ! sed 's/^/getProcessInfo /' names | calls | rpc | answers >answer || [ "$(tail -n 1 answer)" != end ]; then
    silent=$((silent + 1))
    sleep 2
    continue
  fi
  silent=0
  awk -F '\t' -f ./over.awk names answer >over
  if [ -s over ]; then
    # Nobody decides what is to be done while these are neither drained nor brought to what lies on disk.
    (
      flock 8 || exit 1
      {
        echo reloadConfig
        sed -n 's/^ended \(.*\)/removeProcessGroup \1\naddProcessGroup \1/p' over
      } | calls | rpc | answers >answer
      [ "$(tail -n 1 answer)" = end ] || exit 1
      awk 'FILENAME=="over" {over[$2] = 1; next} !($1 in over)' over names >left && mv -f left names
    ) 8>>../.lock || {
      silent=$((silent + 1))
      sleep 2
      continue
    }
  fi
  # Most are idle and stop at once; one with a long job costs little to look at.
  n=$((n + 1))
  if [ $n -lt 50 ]; then sleep 0.2; elif [ $n -lt 100 ]; then sleep 1; else sleep 3; fi
done
cd / && rm -rf -- "$1"
