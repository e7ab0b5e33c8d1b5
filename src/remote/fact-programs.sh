# shellcheck shell=sh
# What supervisor runs, in one request. What drains is asked first: a drain that ends in between shows up as one that
# still goes on, never as something to be done.
(
  export LC_ALL=C
  . ./lib-supervisor.sh
  draining | sed 's/^/draining\t/'
  if [ -S "$socket" ]; then
    answer=$(printf '%s\n' reloadConfig getAllProcessInfo | calls | rpc | answers 2>/dev/null)
    printf '%s\n' "$answer" | standing
    printf '%s\n' "$answer"
  fi
)
