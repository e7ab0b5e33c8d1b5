# shellcheck shell=sh
# BASE NAME: the app's own user removes it: whatever it put there, nothing outside of what it may touch goes.
cd -P -- "$1" || exit 1
if [ -d "releases/$2/storage/logs" ] && [ ! -L "releases/$2/storage" ] && [ ! -L "releases/$2/storage/logs" ]; then
  mkdir -p .flight/logs && rm -rf -- ".flight/logs/$2" && mv -- "releases/$2/storage/logs" ".flight/logs/$2" &&
    touch -- ".flight/logs/$2"
fi
# Out of the way first: half of a release must not look like one.
mkdir -p .flight/gone && mv -- "releases/$2" ".flight/gone/$2" && {
  rm -rf -- ".flight/gone/$2" 2>/dev/null || {
    chmod -R u+rwX -- ".flight/gone/$2"
    rm -rf -- ".flight/gone/$2"
  } || :
}
