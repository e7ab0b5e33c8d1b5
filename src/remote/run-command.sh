# shellcheck shell=sh
# FOLDER COMMAND NEEDS: runs it there, once what it needs is there.
case $3 in
  *auth*)
    COMPOSER_AUTH=$(cat) && export COMPOSER_AUTH || exit 1
    exec </dev/null
    ;;
esac
cd -P -- "$1" && umask 022 || exit
case $3 in
  *composer*)
    [ -e composer.json ] || {
      echo 'there is no composer.json: nothing to install'
      exit 0
    }
    ;;
esac
exec sh -c "$2"
