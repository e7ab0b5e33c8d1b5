// Where Debian's FPM of one PHP version has its configuration.
export const fpmFolder = (version: string): string => `/etc/php/${version}/fpm`

// Flight's own settings of the master: how long a load waits for running requests.
export const fpmSettings = (version: string): string => `${fpmFolder(version)}/pool.d/flight.conf`
