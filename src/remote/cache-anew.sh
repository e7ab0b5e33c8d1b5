# shellcheck shell=sh
# FOLDER: caches a release's configuration anew, beside what is used, which a request may be reading; of an artisan that
# does not know the variable, in its place (Illuminate\Foundation\Application::normalizeCachePath).
umask 022
cd -P -- "$1" && [ -f artisan ] && [ -d bootstrap/cache ] || exit 0
cd bootstrap/cache && rm -f -- .flight-new-*.php || exit 1
# The first state counts: what a run that goes on finds cached may be of the file that is pushed.
for file in config routes-v7 events; do
  [ ! -f "$file.php" ] || [ -e ".flight-was-$file.php" ] || cp -p -- "$file.php" ".flight-was-$file.php" || exit 1
done
cd ../..
# FILE VARIABLE COMMAND
cache() {
  [ -f "bootstrap/cache/$1.php" ] || return 0
  export "$2=$PWD/bootstrap/cache/.flight-new-$1.php"
  php artisan "$3" --no-interaction </dev/null || exit $?
}
cache config APP_CONFIG_CACHE config:cache
cache routes-v7 APP_ROUTES_CACHE route:cache
cache events APP_EVENTS_CACHE event:cache
sync bootstrap/cache
