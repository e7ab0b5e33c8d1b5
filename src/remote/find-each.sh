# shellcheck shell=sh
# all|files PATH…: one find for what lies at these paths; a FIFO or a device is never opened.
which=$1
shift
case $which in
  all) find "$@" -maxdepth 0 -printf '%y\t%m\t%u\t%g\t%l\0%p\0' ;;
  files) find "$@" -maxdepth 0 -type f -print0 ;;
esac 2>/dev/null
