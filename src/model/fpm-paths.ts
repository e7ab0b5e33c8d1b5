// Where Debian's FPM of one PHP version has its configuration, and in it the pools.
export const fpmFolder = (version: string): string => `/etc/php/${version}/fpm`
export const fpmPools = (version: string): string => `${fpmFolder(version)}/pool.d`

// Flight's own settings of the master: how long a load waits for running requests.
export const fpmSettings = (version: string): string => `${fpmPools(version)}/flight.conf`
