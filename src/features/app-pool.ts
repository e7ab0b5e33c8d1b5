import { appFiles } from '../model/app-paths.ts'
import type { App, Cluster, Ini, WebPool } from '../model/definitions.ts'
import { fpmPools } from '../model/fpm-paths.ts'
import { render } from '../shell/template.ts'
import { environmentOf } from './app-command.ts'
import type { AppFeature } from './feature.ts'
import { written } from './ini-value.ts'
import { appFile } from './resources.ts'

// A trace of a request that takes longer goes to the slow log; never later than the request's end.
const SLOW_SECONDS = 5

// The app's FPM pool: its own user, socket and limits, under the master of its PHP version.
export const appPoolFeature: AppFeature = ({ app, on, cluster }) => {
  if (on.web === undefined) return []
  const files = appFiles(app.name)
  const duration = app.requestDuration ?? cluster.requestDuration
  const { HOME, PATH } = environmentOf(app)
  const data = {
    source: app.file,
    name: app.name,
    home: HOME,
    path: PATH,
    socket: files.socket(app.php),
    manager: managerLines(on.web),
    requestDuration: duration,
    slowLog: files.slowLog,
    slowSeconds: Math.min(SLOW_SECONDS, duration),
    limits: written(limits(app, cluster)),
    settings: written({ 'opcache.validate_timestamps': '0', ...app.phpIni }),
  }
  return [
    appFile(app, 'FPM pool', {
      path: files.pool(app.php),
      content: render('pool.conf', data),
      claims: [{ claim: 'fpm-pool', folder: fpmPools(app.php), name: app.name }],
    }),
  ]
}

// What the app's own limits change in php.ini; the cluster's stand there already.
function limits(app: App, cluster: Cluster): Ini {
  const payload =
    app.requestPayload === undefined
      ? {}
      : { post_max_size: `${app.requestPayload}M`, upload_max_filesize: `${app.requestPayload}M` }
  const duration =
    app.requestDuration === undefined
      ? {}
      : { max_execution_time: String(app.requestDuration), max_input_time: String(app.requestDuration) }
  const memory =
    app.requestMemory === undefined || app.requestMemory === cluster.requestMemory
      ? {}
      : { memory_limit: `${app.requestMemory}M` }
  const own: Ini = { ...payload, ...duration, ...memory }
  return Object.fromEntries(Object.entries(own).filter(([name]) => !(name in app.phpIni)))
}

function managerLines(pool: WebPool): string[] {
  const most = `pm.max_children = ${pool.maxWorkers}`
  switch (pool.pm) {
    case 'static':
      return ['pm = static', most]
    case 'ondemand':
      return ['pm = ondemand', most, 'pm.process_idle_timeout = 10s']
    case 'dynamic':
      return [
        'pm = dynamic',
        most,
        `pm.start_servers = ${pool.initialWorkers}`,
        `pm.min_spare_servers = ${pool.minSpareWorkers}`,
        `pm.max_spare_servers = ${pool.maxSpareWorkers}`,
      ]
  }
}
