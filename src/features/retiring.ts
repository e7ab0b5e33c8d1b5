import { appOfPrograms, isSecretPath } from '../model/app-paths.ts'
import type { Resource, ResourceOf } from '../model/resource.ts'
import { serviceReading } from './services.ts'
import { featureOf, leftFeatureOf } from '../model/feature.ts'

// A file of Flight that no definition wants any more, to be taken out of service.
export function retiredFile({ path, scope }: { path: string; scope: string }): ResourceOf<'retired'> {
  return {
    kind: 'retired',
    name: path,
    feature: scope.startsWith('app:') ? leftFeatureOf(scope.slice('app:'.length)) : 'no longer defined',
    desired: { path, scope, comment: path.startsWith('/etc/php/') ? ';' : '#', secret: isSecretPath(path) },
  }
}

// The programs of the app whose file of supervisor this is: none shall run.
export function programsIn(path: string, changes: readonly string[] = []): ResourceOf<'programs'>[] {
  const app = appOfPrograms(path)
  return app === undefined
    ? []
    : [{ kind: 'programs', name: app, feature: featureOf('workers', app), desired: { app, programs: [], changes } }]
}

// The service that reads a file which no definition names any more: where it runs, it runs what lies on disk.
export function unwantedService(path: string): ResourceOf<'service'>[] {
  const service = serviceReading(path)
  return service === undefined ? [] : [{ ...service, desired: { ...service.desired, wanted: false } }]
}

// How long nginx's old workers may go on sending requests to a pool that is about to go. A request that is still
// running then is not cut off: FPM's reload waits for it.
const OLD_WORKERS_SECONDS = 60

// The services that read what is retired, once each, to load it in their turn: as they are wanted here, if they are.
export function loadsAfterRetiring(paths: readonly string[], wanted: readonly Resource[]): ResourceOf<'service'>[] {
  const known = new Map(
    wanted.flatMap((resource) => (resource.kind === 'service' ? [[resource.name, resource] as const] : [])),
  )
  const reading = new Map(paths.flatMap(unwantedService).map((service) => [service.name, service]))
  return [...reading.values()].map((service) => {
    const { desired, ...resource } = known.get(service.name) ?? service
    const waitForNginx = desired.test.program === 'php-fpm' ? OLD_WORKERS_SECONDS : 0
    return {
      ...resource,
      name: `${resource.name} after retiring`,
      desired: { ...desired, phase: 'retire', pools: [], waitForNginx },
    }
  })
}
