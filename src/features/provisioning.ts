import type { ServerFeature } from './feature.ts'
import { appShimsFeature } from './app-shims.ts'
import { slowLogsFeature } from './app-logs.ts'
import { composerFeature } from './composer.ts'
import { fpmFilesFeature } from './fpm.ts'
import { librariesFeature } from './libraries.ts'
import { nginxFilesFeature, nginxLateFilesFeature, nginxPackageFeature } from './nginx.ts'
import { phpFeature } from './php.ts'
import { phpIniFeature } from './php-ini.ts'
import { phpReloadFeature } from './php-reload.ts'
import { phpSourceFeature } from './php-source.ts'

// What a cluster asks of a server before anything runs, in the order in which it is made: sources, configuration,
// packages in one transaction, what needs them.
export const PREPARING: readonly ServerFeature[] = [
  phpSourceFeature,
  fpmFilesFeature,
  phpIniFeature,
  nginxFilesFeature,
  librariesFeature,
  phpFeature,
  nginxPackageFeature,
  composerFeature,
  nginxLateFilesFeature,
  phpReloadFeature,
  appShimsFeature,
  slowLogsFeature,
]
