// How the moment is known at which a service last loaded its configuration (domain.md, measured):
// FPM's pid file moves on every load, reload, restart and boot; nginx's newest workers start only on a good reload.
export type ConfigurationMark =
  | { by: 'pid-file'; path: string }
  | { by: 'newest-worker'; pidFile: string }
  | { by: 'none' }

// Which program judges a configuration before a running service sees it.
export type ConfigurationTest = { program: 'nginx' } | { program: 'php-fpm'; version: string } | { program: 'none' }
