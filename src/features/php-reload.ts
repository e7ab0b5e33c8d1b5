import { render } from '../shell/template.ts'
import type { ServerFeature } from './feature.ts'
import { clusterFile } from './resources.ts'

// A nightly graceful reload of FPM, where the cluster asks for it. cron ignores file names with a dot.
export const phpReloadFeature: ServerFeature = ({ cluster, server }) =>
  server.webServer && cluster.phpReload !== undefined
    ? [
        clusterFile(
          'nightly FPM reload',
          '/etc/cron.d/flight-php-reload',
          render('php-reload.cron', { source: cluster.file, at: cluster.phpReload, versions: cluster.php }),
        ),
      ]
    : []
