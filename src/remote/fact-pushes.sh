# shellcheck shell=sh
# What root noted of the pushes of apps (lines of APP 1|0). The bytes that the last one replaced come along where they
# are wanted.
: "${apps?}" "${environments?}"

push_of() {
  marks=
  for mark in armed confirmed settled; do [ ! -e "$2/$mark" ] || marks="$marks $mark"; done
  case $marks in
    *armed*)
      unit=flight-revert-env-$1-$(printf %s "${2##*/}" | tr '[:upper:]' '[:lower:]')
      systemctl show -p ActiveState --value "$unit.timer" "$unit.service" 2>/dev/null | grep -q '^activ' ||
        marks="$marks stuck"
      ;;
  esac
  undoes=
  [ ! -f "$2/undoes" ] || read -r undoes <"$2/undoes"
  printf 'push\t%s\t%s\t%s\n' "${2##*/}" "$marks" "$undoes"
}
pushes_of() {
  folder=$environments/$1 at=
  [ ! -f "$folder/at" ] || read -r at <"$folder/at"
  printf 'app\t%s\t%s\n' "$1" "$at"
  for push in "$folder"/*/; do
    [ ! -d "$push" ] || push_of "$1" "${push%/}"
  done
  if [ "$2" = 1 ] && [ -n "$at" ] && [ -f "$folder/$at/was" ]; then
    printf 'previous\t'
    base64 -w0 <"$folder/$at/was"
    echo
  fi
}

printf '%s' "$apps" | while IFS=' ' read -r app previous; do pushes_of "$app" "$previous"; done
