import type { ServerFeature } from './feature.ts'
import { backgroundServicesFeature } from './background-services.ts'
import { composerFeature } from './composer.ts'
import { fpmFilesFeature, fpmServicesFeature } from './fpm.ts'
import { librariesFeature } from './libraries.ts'
import { nginxFilesFeature, nginxLateFilesFeature, nginxPackageFeature, nginxServiceFeature } from './nginx.ts'
import { phpFeature } from './php.ts'
import { phpIniFeature } from './php-ini.ts'
import { phpReloadFeature } from './php-reload.ts'
import { phpSourceFeature } from './php-source.ts'

// Everything that a cluster asks of a server, in the order in which it is made: sources, configuration, packages in one
// transaction, what needs them, services.
export const PROVISIONING: readonly ServerFeature[] = [
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
  fpmServicesFeature,
  nginxServiceFeature,
  backgroundServicesFeature,
]
