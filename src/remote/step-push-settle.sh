# shellcheck shell=sh
# Tidies up after a push: of earlier files $keep are kept.
: "${keep?}"
. ./lib-push-lock.sh

in_cache sh ./cached-clean.sh
rm -f revert said
: >settled || exit 1
tail -n 20 ../times >../times.new && mv -f ../times.new ../times
# What the pushes replaced that led here, and what was taken back at last.
cd .. || exit 1
kept=" $id " n=0 push=''
read -r push <./at
while [ -n "$push" ] && [ -d "$push" ] && [ $n -lt "$keep" ]; do
  kept="$kept$push " n=$((n + 1)) parent=''
  [ ! -f "$push/parent" ] || read -r parent <"$push/parent"
  push=$parent
done
for old in [0-9]*T*Z-*/; do
  case $kept in
    *" ${old%/} "*) ;;
    *) [ ! -d "$old" ] || [ -e "$old/armed" ] || rm -rf -- "./$old" ;;
  esac
done
