# shellcheck shell=sh
# Puts back what lay there before, with what was cached of it.
: "${path?}" "${socket?}"
. ./lib-push.sh
. ./lib-opcache.sh

lead_back() {
  if [ ! -e armed ] && [ ! -e confirmed ]; then
    as_app sh ./in-folder.sh "$folder" rm -rf -- ".flight-$name.new"
    return
  fi
  if [ -e none ]; then
    as_app sh ./in-folder.sh "$folder" rm -f -- "$name" || exit 1
  elif [ -e was ]; then
    write_beside <was && rename_beside back || exit 1
  else
    echo "what lay at $path before is not kept" >&2
    exit 1
  fi
  in_cache sh ./cached-back.sh || exit 1
  if [ -n "$release_folder" ] && [ -n "$socket" ] && [ -S "$socket" ]; then
    forget_cached "$socket" "$release_folder" || :
  fi
  [ ! -e parent ] || { cp parent ../at.new && mv -f ../at.new ../at; } || exit 1
  # What was started in between has read what does not lie there any more.
  if [ -s first ]; then
    awk -v first="$(cat first)" -v now="$(date +%s.%N)" \
      '$1!="since" || $2+0<first+0; END {print "bad " first " " now}' ../times >../times.new &&
      mv -f ../times.new ../times || exit 1
  fi
  rm -f armed confirmed settled first
  : >reverted
}
