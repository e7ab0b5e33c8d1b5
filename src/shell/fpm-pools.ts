import type { FpmPool } from '../model/resource.ts'
import { words } from './quote.ts'

// Shell function `check_pools FOLDER`: what php-fpm -t lets pass and a reload then dies of, or takes silently
// (domain.md, measured): a socket's folder that is not there, an unknown ACL user or group, two pools of one name of
// which one is Flight's. Prints FILE:LINE and what is wrong; false when anything is.
export function checkPoolsShell(): string[] {
  return [
    `check_pools() {`,
    `  awk '/^[[:space:]]*([;#]|$)/ {next}`,
    `    /^[[:space:]]*\\[/ { pool=$0; sub(/^[[:space:]]*\\[/,"",pool); sub(/\\].*/,"",pool); file=FILENAME; ` +
      `sub(/.*\\//,"",file); at=FILENAME ":" FNR`,
    `      if (pool!="global" && (pool in first) && (file ~ /^flight/ || flights[pool])) print "T\\t" pool "\\t" at ` +
      `"\\t" first[pool]`,
    `      if (!(pool in first)) first[pool]=at; if (file ~ /^flight/) flights[pool]=1; next }`,
    `    { key=$0; sub(/[[:space:]]*=.*/,"",key); sub(/^[[:space:]]*/,"",key); value=$0; ` +
      `sub(/^[^=]*=[[:space:]]*/,"",value); sub(/[[:space:]]*(;.*)?$/,"",value); gsub(/["\\047]/,"",value); ` +
      `gsub(/\\$pool/,pool,value) }`,
    `    key=="listen" && value ~ /^\\// { sub(/\\/[^\\/]*$/,"",value); print "D\\t" (value=="" ? "/" : value) ` +
      `"\\t" FILENAME ":" FNR }`,
    `    key=="listen.acl_users" || key=="listen.acl_groups" { n=split(value,names,/[[:space:]]*,[[:space:]]*/); ` +
      `for (i=1;i<=n;i++) if (names[i]!="") print (key=="listen.acl_users" ? "U" : "G") "\\t" names[i] "\\t" ` +
      `FILENAME ":" ` +
      `FNR }`,
    `  ' "$1"/php-fpm.conf "$1"/pool.d/*.conf 2>/dev/null | {`,
    `  found=0; tab=$(printf '\\t'); while IFS=$tab read -r what name at first; do`,
    `    case $what in`,
    `      T) printf '%s: the pool [%s] is defined twice, first in %s\\n' "$at" "$name" "$first";;`,
    `      D) [ -d "$name" ] && continue; printf '%s: the folder of the socket, %s, is not there; FPM would not ` +
      `come back from a reload\\n' "$at" "$name";;`,
    `      U) getent passwd -- "$name" >/dev/null && continue; printf '%s: there is no user %s (listen.acl_users); ` +
      `FPM would not come back from a reload\\n' "$at" "$name";;`,
    `      G) getent group -- "$name" >/dev/null && continue; printf '%s: there is no group %s (listen.acl_groups); ` +
      `FPM would not come back from a reload\\n' "$at" "$name";;`,
    `    esac; found=1; done; return $found; }`,
    `}`,
  ]
}

// Shell that waits until every pool answers a ping through its own socket and says a
// start that is not before $since (seconds since 1970). A pool whose workers are all
// busy answers once one is free; all of them together have `patience` and a minute.
export function awaitPoolsShell(pools: readonly FpmPool[], patience: number): string[] {
  if (pools.length === 0) return []
  return [
    `ask_pool() { REQUEST_METHOD=GET SCRIPT_NAME=$2 SCRIPT_FILENAME=$2 QUERY_STRING=$3 timeout 10 cgi-fcgi -bind ` +
      `-connect "$1" 2>/dev/null; }`,
    `await_pool() {`,
    `  while :; do`,
    `    case $(ask_pool "$2" /flight-ping '') in *pong*) started=$(ask_pool "$2" /flight-status json | sed -n ` +
      `'s/.*"start time":\\([0-9]*\\).*/\\1/p'); [ -n "$started" ] && [ "$started" -ge "$since" ] && return 0;; esac`,
    `    [ "$(date +%s)" -lt $((until)) ] || break; sleep 0.2; done`,
    `  printf 'the pool [%s] does not answer on %s\\n' "$1" "$2" >&2; return 1`,
    `}`,
    `until=$(($(date +%s)+${patience + 60}))`,
    ...pools.map(({ name, socket }) => `await_pool ${words(name, socket)} || exit 1`),
  ]
}

// Shell that waits until nginx's workers of before its last reload are gone: until then they may still send requests to
// a pool that nothing new asks. What is left after that long only holds connections open (websockets).
export function awaitOldWorkersShell(seconds: number): string[] {
  if (seconds === 0) return []
  return [
    `old_workers() { m=$(cat /run/nginx.pid 2>/dev/null) && cat $(sed 's|[0-9][0-9]*|/proc/&/cmdline|g' ` +
      `"/proc/$m/task/$m/children" 2>/dev/null) /dev/null 2>/dev/null | grep -aq 'shutting down'; }`,
    `n=0; while [ $n -lt ${seconds * 5} ] && old_workers; do n=$((n+1)); sleep 0.2; done`,
  ]
}
