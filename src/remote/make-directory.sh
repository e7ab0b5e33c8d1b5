# shellcheck shell=sh
# PATH MODE OWNER:GROUP: makes it so; without an owner, who runs this is the owner.
mkdir -p "$1" && chown -h "$3" "$1" && chmod "$2" "$1"
