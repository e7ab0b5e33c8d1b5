# shellcheck shell=sh
# What is installed of these packages, by one dpkg-query; only when something is missing apt is asked what installing
# it would do, without letting it write its caches.
: "${wanted?}"

# Asked once: reading dpkg's database is the dearest part of a probe that finds nothing to do.
dpkg=$(dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\t${Version}\t${Provides}\n' 2>/dev/null)
have=$({
  printf '%s' "$wanted" | sed 's/^/W\t/'
  printf '%s\n' "$dpkg"
} | awk -F '\t' -f ./installed-packages.awk)
printf '%s\n\0' "$have"

# Interrupted: dpkg has updates of its own that it did not take over, or a package half done.
ls -A /var/lib/dpkg/updates 2>/dev/null
newline=$(printf '\n.')
newline=${newline%.}
case "$newline$dpkg" in *"$newline"?[UFHWt]*) printf 'half done\n' ;; esac
printf '\0'

# Outdated lists: none, or a source, key or preference is newer than the last reading.
lists() {
  set -- /var/lib/apt/lists/*Packages*
  [ -e "$1" ]
}
lists || printf 'none\n'
{
  find /var/lib/apt/lists /var/lib/apt/lists/partial -maxdepth 0 -printf 'read\t%T@\n'
  find /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/preferences /etc/apt/preferences.d /etc/apt/keyrings \
    -type f -printf 'changed\t%C@\n'
} 2>/dev/null | awk '$2>at[$1]+0 {at[$1]=$2} END {if (at["changed"]+0>at["read"]+0) print "newer"}'
printf '\0'

missing=$(printf '%s\n\n%s' "$have" "$wanted" |
  awk -F '\t' '$1=="" {asked=1; next} asked && !($1 in h) {print $1} !asked {h[$1]=1}' | sort -u)
# `apt-get -s` alone writes two files.
unwritten='-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache='
if [ -n "$missing" ] && lists; then
  # Here and below: lists of plain words, one a name or an option.
  # shellcheck disable=SC2086
  policy=$(apt-cache $unwritten policy $missing 2>/dev/null |
    awk '/^[^ ]/ {n=$1; sub(/:$/,"",n)} $1=="Candidate:" && $2!="(none)" {print n "\t" $2}')
  known=$(printf '%s\n' "$policy" | cut -f1)
  # Words, as above.
  # shellcheck disable=SC2086
  virtual=$(for name in $(printf '%s\n' $known $missing | sort | uniq -u); do
    apt-cache $unwritten showpkg "$name" 2>/dev/null |
      awk -v v="$name" '/^Reverse Provides/ {on=1; next} on && NF>1 {print v "\tvirtual"; exit}'
  done)
  printf '%s\n%s\n\0' "$policy" "$virtual"
  provided=$(printf '%s\n' "$virtual" | cut -f1)
  # Words, as above.
  # shellcheck disable=SC2086
  set -- $known $provided
  # Words, as above.
  # shellcheck disable=SC2086
  [ $# -eq 0 ] ||
    apt-get $unwritten -s -y --no-install-recommends -o APT::Get::Show-Versions=false install "$@" 2>&1
  printf '\0%s' $?
else
  printf '\0\0000'
fi
