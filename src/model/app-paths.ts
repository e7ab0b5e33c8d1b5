import type { App } from './definitions.ts'
import { fpmPools } from './fpm-paths.ts'
import { ENVIRONMENTS, RELEASES } from './record.ts'

// Where an app lives on a server (product.md). Below `home`
// everything is the app's: root believes and follows nothing there.
export type AppPaths = { home: string; base: string; releases: string; shared: string; current: string }

export function appPaths(app: string): AppPaths {
  const home = `/home/${app}`
  const base = `${home}/${app}`
  return { home, base, releases: `${base}/releases`, shared: `${base}/.flight/shared`, current: `${base}/current` }
}

// Where one release lies: its folder, and what root notes of it (model/record.ts).
export function releasePaths(app: string, release: string): { folder: string; record: string; commands: string } {
  const record = `${RELEASES}/${app}/${release}`
  return { folder: `${appPaths(app).releases}/${release}`, record, commands: `${record}/commands` }
}

// Where root notes the pushes of an app's environment file, and
// keeps what each of them replaced: readable by nobody else.
export const pushesPath = (app: string) => `${ENVIRONMENTS}/${app}`

// The unit by which a server takes a push back that nobody confirms.
export const pushUnit = (app: string, push: string) => `flight-revert-env-${app}-${push.toLowerCase()}`

// Where an app's environment file lies on every server, and nowhere else.
export function environmentPath(app: Pick<App, 'name' | 'linkedFiles'>): string {
  const file = app.linkedFiles.find((path) => /(?:^|\/)\.env[^/]*$/.test(path)) ?? '.env'
  return `${appPaths(app.name).shared}/${file}`
}

// The files of Flight that belong to one app, outside its home.
export const appFiles = (app: string) => ({
  pool: (php: string) => `${fpmPools(php)}/flight-${app}.conf`,
  socket: (php: string) => `/run/php/flight-${app}-${php}.sock`,
  site: `/etc/nginx/sites-enabled/flight-${app}.conf`,
  siteInclude: `/etc/nginx/flight/${app}.include.conf`,
  passwords: `/etc/nginx/flight/${app}.htpasswd`,
  programs: `/etc/supervisor/conf.d/flight-${app}.conf`,
  cron: `/etc/cron.d/flight-${app}`,
  rotation: `/etc/logrotate.d/flight-${app}`,
  slowLog: `/var/log/flight/${app}.slow.log`,
  accessLog: `/var/log/nginx/${app}.access.log`,
  errorLog: `/var/log/nginx/${app}.error.log`,
})

// Whether nobody may read what lies at a path of Flight's.
export function isSecretPath(path: string): boolean {
  return /^\/etc\/nginx\/flight\/[a-z0-9-]+\.htpasswd$/.test(path)
}

// Whose programs a file of supervisor holds; undefined when it is none of Flight's.
export function appOfPrograms(path: string): string | undefined {
  return /^\/etc\/supervisor\/conf\.d\/flight-([a-z0-9-]+)\.conf$/.exec(path)?.[1]
}
