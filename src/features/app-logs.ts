import { appFiles, appPaths } from '../model/app-paths.ts'
import type { App } from '../model/definitions.ts'
import { render } from '../shell/template.ts'
import type { AppFeature, ServerFeature } from './feature.ts'
import { appFile, clusterFile } from './resources.ts'

// What an app writes into storage/logs is rotated by its own user: a link that lies there leads root nowhere.
export const appLogsFeature: AppFeature = ({ app }) => [
  appFile(app, 'log rotation', {
    path: appFiles(app.name).rotation,
    content: render('app.logrotate', { source: app.file, user: app.name, logs: logsOf(app) }),
  }),
]

// What FPM itself writes about its pools.
export const slowLogsFeature: ServerFeature = ({ cluster, server }) =>
  server.webServer
    ? [clusterFile('log rotation', '/etc/logrotate.d/flight', render('flight.logrotate', { source: cluster.file }))]
    : []

// Where releases share their logs, each release would only be another way to the same files, rotated once for each way.
function logsOf(app: App): string {
  const { releases, shared } = appPaths(app.name)
  const areShared = app.linkedDirs.some((path) => 'storage/logs/'.startsWith(`${path.replace(/\/+$/, '')}/`))
  return `${areShared ? shared : `${releases}/*`}/storage/logs/*.log`
}
