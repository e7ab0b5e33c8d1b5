# shellcheck shell=sh
# What the server does by itself when nobody confirms: it waits for whoever is at work, and sees then whether it is
# still wanted.
. ./lib-push-back.sh

cd "$pushes/$id" || exit 1
exec 7>>../.lock
flock 7 || exit 1
[ -e armed ] || exit 0
lead_back
