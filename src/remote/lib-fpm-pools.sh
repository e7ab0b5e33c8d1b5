# shellcheck shell=sh
# FPM's pools: what their files say, and what they answer themselves.

# FOLDER: what php-fpm -t lets pass and a reload then dies of, or takes silently (measured): a socket's folder that is
# not there, an unknown ACL user or group, two pools of one name of which one is Flight's. Prints FILE:LINE and what is
# wrong; false when anything is.
check_pools() {
  awk -f ./pools.awk "$1"/php-fpm.conf "$1"/pool.d/*.conf 2>/dev/null | {
    wrong=0
    tab=$(printf '\t')
    while IFS=$tab read -r what name at first; do
      case $what in
        T) printf '%s: the pool [%s] is defined twice, first in %s\n' "$at" "$name" "$first" ;;
        D)
          [ -d "$name" ] && continue
          printf '%s: the folder of the socket, %s, is not there; FPM would not come back from a reload\n' "$at" "$name"
          ;;
        U)
          getent passwd -- "$name" >/dev/null && continue
          printf '%s: there is no user %s (listen.acl_users); FPM would not come back from a reload\n' "$at" "$name"
          ;;
        G)
          getent group -- "$name" >/dev/null && continue
          printf '%s: there is no group %s (listen.acl_groups); FPM would not come back from a reload\n' "$at" "$name"
          ;;
      esac
      wrong=1
    done
    return $wrong
  }
}

# SOCKET PATH QUERY: what a pool answers through its own socket.
ask_pool() {
  REQUEST_METHOD=GET SCRIPT_NAME=$2 SCRIPT_FILENAME=$2 QUERY_STRING=$3 timeout 10 cgi-fcgi -bind -connect "$1" \
    2>/dev/null
}

# SINCE UNTIL NAME SOCKET: waits until the pool answers a ping and says a start that is not before one moment (seconds
# since 1970), at the latest until another. One whose workers are all busy answers once one is free.
await_pool() {
  while :; do
    case $(ask_pool "$4" /flight-ping '') in
      *pong*)
        started=$(ask_pool "$4" /flight-status json | sed -n 's/.*"start time":\([0-9]*\).*/\1/p')
        [ -n "$started" ] && [ "$started" -ge "$1" ] && return 0
        ;;
    esac
    [ "$(date +%s)" -lt "$2" ] || break
    sleep 0.2
  done
  printf 'the pool [%s] does not answer on %s\n' "$3" "$4" >&2
  exit 1
}
