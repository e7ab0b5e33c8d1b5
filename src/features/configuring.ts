import type { Resource } from '../model/resource.ts'
import { appCronFeature } from './app-cron.ts'
import { appLogsFeature } from './app-logs.ts'
import { appPoolFeature } from './app-pool.ts'
import { appProgramsFeature } from './app-programs.ts'
import { appSiteFeature } from './app-site.ts'
import { appUserFeature } from './app-user.ts'
import type { AppFeature, AppOnServer, ServerInput } from './feature.ts'
import { backgroundServicesFeature } from './background-services.ts'
import { fpmServicesFeature } from './fpm.ts'
import { nginxServiceFeature } from './nginx.ts'
import { PREPARING } from './provisioning.ts'

// What a server is to be, in the order in which it is made: what apps need of it, then the apps.
// Everything that is loaded lies there first, so that all of it is tested before anything loads;
// a pool answers before nginx speaks to it; workers and schedulers come when everything that they
// need is there. `configured` are the apps to be configured, among all that share the server.
export function resourcesOf(input: ServerInput, configured: readonly AppOnServer[]): Resource[] {
  const { cluster, server, system } = input
  const each = (...features: AppFeature[]) =>
    features.flatMap((feature) => configured.flatMap((app) => feature({ ...app, cluster, server, system })))
  return [
    ...PREPARING.flatMap((feature) => feature(input)),
    ...each(appUserFeature, appPoolFeature, appSiteFeature),
    ...fpmServicesFeature(input, configured),
    ...nginxServiceFeature(input),
    ...backgroundServicesFeature(input),
    ...each(appLogsFeature, appCronFeature, appProgramsFeature),
  ]
}
