# shellcheck shell=sh
# FOLDER BESIDE NAME first|again|back: brings what lies beside into the file's place. That there is nothing is right
# only when it is done again.
cd -P -- "$1" || exit 1
if [ -e "$2" ]; then exec mv -fT -- "$2" "$3"; fi
case $4 in
  again) ;;
  first)
    echo 'what was sent is not there any more' >&2
    exit 1
    ;;
  back) exit 1 ;;
esac
