// Where Flight keeps what it knows on a server. All of it is root's; nothing that an app's user can write is believed.
export const SERVER_FOLDER = '/var/lib/flight'
export const MANIFEST = `${SERVER_FOLDER}/manifest`
export const KEPT = `${SERVER_FOLDER}/kept`
export const BEGUN = `${SERVER_FOLDER}/begun`
export const LOADED = `${SERVER_FOLDER}/loaded`
export const RUNS = `${SERVER_FOLDER}/run`
export const RELEASES = `${SERVER_FOLDER}/releases`
export const ENVIRONMENTS = `${SERVER_FOLDER}/environments`
export const HISTORY = `${SERVER_FOLDER}/history`

// What the record of `composer install` begins with among the commands
// of a release; without a composer.json it has nothing to do.
export const COMPOSER_KEY = 'composer'

// Runs in a pool, asked by root through its socket: drops files from
// OPcache. Only scripts of this folder may (opcache.restrict_api).
export const OPCACHE_SCRIPT = '/usr/lib/flight/opcache.php'

// The first line of a file that Flight has taken out of service.
export const RETIRED_MARK = 'Retired by Flight'

// The scope of a path that the manifest names and that is not Flight's any more.
export const FORGOTTEN = 'forgotten'
