# shellcheck shell=sh
# The releases of apps: what root noted of each, and where `current` points to. A command without an exit code is
# looked up: whether its unit still runs. Files are read by the shell itself: a program for each of these little ones
# took longer than all else that planning a release asks.
: "${apps?}" "${releases?}"

tab=$(printf '\t')
line() {
  line=
  [ ! -f "$1" ] || IFS= read -r line <"$1"
  case $line in *"$tab"*) line=$(printf %s "$line" | tr '\t' ' ') ;; esac
}
is_line() {
  {
    IFS= read -r line
    ! IFS= read -r more && [ -z "$more" ]
  } 2>/dev/null <"$1" && case $line in *"$tab"*) false ;; esac
}
command_of() {
  folder=$3/commands/$4
  if [ -e "$folder/rc" ]; then
    read -r state <"$folder/rc"
  elif systemctl is-active --quiet "flight-of-$1-$2-$4.service"; then
    state=running
  elif [ -e "$folder/rc" ]; then
    read -r state <"$folder/rc"
  else
    state=unknown
  fi
  [ -n "$state" ] || state=unknown
  printf 'command\t%s\t%s\t' "$4" "$state"
  if is_line "$folder/command"; then
    printf 'line\t%s\n' "$line"
  else
    printf 'base64\t%s\n' "$(head -c 4000 "$folder/command" 2>/dev/null | base64 -w0)"
  fi
}
release_of() {
  present='' confirmed='' settled='' lives=0 live=''
  [ ! -d "$3/releases/$2" ] || present=1
  [ ! -e "$4/confirmed" ] || confirmed=1
  [ ! -e "$4/settled" ] || settled=1
  [ ! -f "$4/lives" ] || while read -r line; do
    lives=$((lives + 1))
    live=$line
  done <"$4/lives"
  printf 'release\t%s\t%s\t%s\t%s\t%s' "$2" "$present" "$lives" "$live" "$confirmed"
  for file in good failed kept before unpacked; do
    line "$4/$file"
    printf '\t%s' "$line"
  done
  printf '\t%s\n' "$settled"
  for command in "$4"/commands/*/; do
    [ -d "$command" ] || continue
    command=${command%/}
    command_of "$1" "$2" "$4" "${command##*/}"
  done
}
releases_of() {
  printf 'app\t%s\n' "$1"
  base=/home/$1/$1 records=$releases/$1
  if [ -L "$base/current" ]; then
    printf 'current\tlink\t%s\n' "$(readlink -- "$base/current" | base64 -w0)"
  elif [ -e "$base/current" ]; then
    printf 'current\tother\t\n'
  fi
  [ ! -f "$records/past" ] || sed 's/^/past\t/' "$records/past"
  for record in "$records"/*/; do
    [ -d "$record" ] || continue
    record=${record%/}
    release_of "$1" "${record##*/}" "$base" "$record"
  done
}

printf '%s' "$apps" | while read -r app; do releases_of "$app"; done
