# shellcheck shell=sh
# Runs one of the user's commands in a release, as the app's user with an environment of its own. What is secret
# reaches it through a pipe: neither `ps` nor a disk sees it. $needs: auth, composer.
: "${app?}" "${folder?}" "${command?}" "${path?}" "${needs?}" "${secret?}"

run() {
  runuser -u "$app" -- env -i HOME="/home/$app" USER="$app" LOGNAME="$app" PATH="$path" LANG=C.UTF-8 \
    sh ./run-command.sh "$folder" "$command" "$needs"
}
case $needs in
  *auth*) value=$(cat "$secret") && rm -f -- "$secret" && printf '%s' "$value" | run ;;
  *) run ;;
esac
