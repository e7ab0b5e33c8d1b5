# shellcheck shell=sh
# What Flight notes of the files that it writes, and keeps of what it found in their places: below $plan_kept what this
# plan found, FILE.absent where there was none.
: "${manifest?}" "${kept?}" "${plan_kept?}" "${forgotten?}"
. ./lib-private.sh

# PATH: keeps what lies there before it is replaced, once a plan: doing it again does not overwrite the first.
keep_found() {
  found=$plan_kept$1
  private_folder "$kept" && mkdir -p "${found%/*}" || exit 1
  if [ ! -e "$found" ] && [ ! -L "$found" ] && [ ! -e "$found.absent" ]; then
    if [ -e "$1" ] || [ -L "$1" ]; then
      cp -a -- "$1" "$found.part" && mv -fT "$found.part" "$found"
    else
      : >"$found.absent"
    fi || exit 1
  fi
}

# DIGEST SCOPE PATH: notes in the manifest that Flight is about to write this content: before the rename, so that a
# crash between the two shows a file that is not as recorded rather than one that looks like somebody else's. A line
# that a full disk or a power cut left half written is closed first, so that it does not spoil this one.
record() {
  [ -e "$manifest" ] || (umask 077 && : >"$manifest") || exit 1
  last=$(tail -c 1 "$manifest" 2>/dev/null)
  {
    [ -z "$last" ] || echo
    printf '%s\t%s\t%s\n' "$1" "$2" "$3"
  } >>"$manifest" || exit 1
}

# FOLDER PATH: puts back what was kept of a path there, and the manifest's word on it: what Flight wrote before is
# Flight's again, what somebody else wrote is somebody else's again.
put_back() {
  found=$1$2
  if [ -e "$found" ] && ! cmp -s -- "$found" "$2" || [ -L "$found" ] || { [ -e "$found.absent" ] && [ -e "$2" ]; }; then
    new=$(sha256sum -- "$2" 2>/dev/null | cut -c1-64)
    if [ -e "$found.absent" ]; then
      rm -f -- "$2"
    else
      cp -a -- "$found" "$2.flight-back" && mv -fT -- "$2.flight-back" "$2"
    fi
    line=$(path="$2" awk -F '\t' -v new="$new" '$3==ENVIRON["path"] && $1!=new {last=$0} END {print last}' "$manifest")
    [ -n "$line" ] || line=$(printf '%064d\t%s\t%s' 0 "$forgotten" "$2")
    printf '%s\n' "$line" >>"$manifest"
  fi
}
