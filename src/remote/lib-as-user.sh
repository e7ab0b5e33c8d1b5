# shellcheck shell=sh
# USER COMMAND…: runs it as another user, with nothing of root's environment and its umask 022 (measured with hostile
# values): work inside an app's tree is done as that app. Where $limit is set, for no more seconds than that.
as_user() {
  user=$1
  shift
  if [ "$user" = root ]; then
    "$@"
  else
    ${limit:+timeout -k 5 "$limit"} runuser -u "$user" -- env -i HOME="/home/$user" USER="$user" LOGNAME="$user" \
      PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 sh ./from-root.sh "$@"
  fi
}
