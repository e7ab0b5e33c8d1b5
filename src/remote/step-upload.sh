# shellcheck shell=sh
# Looks whether the artifact that was sent beside is there.
. ./lib-artifact.sh

artifact_is_there || {
  echo 'the artifact is not there' >&2
  exit 1
}
