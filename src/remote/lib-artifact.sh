# shellcheck shell=sh
# True: the artifact of a release lies there whole, or was unpacked before.
: "${record?}" "${folder?}" "${artifact?}"
artifact_is_there() { { [ -f "$record/unpacked" ] && [ -d "$folder" ]; } || [ -f "$artifact" ]; }
