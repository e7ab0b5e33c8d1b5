# shellcheck shell=sh
# Makes or moves a symbolic link by rename(2): at no moment is there none (`ln -sfn` unlinks first on some systems).
: "${path?}" "${folder?}" "${beside?}" "${target?}" "${owner?}"
. ./lib-records.sh

[ -d "$folder" ] || mkdir -p "$folder" || exit 1
keep_found "$path"
rm -f -- "$beside" && ln -s -- "$target" "$beside" && chown -h "$owner" "$beside" && mv -fT "$beside" "$path"
