import { appFiles } from '../model/app-paths.ts'
import type { App } from '../model/definitions.ts'
import type { HealthDesired, ResourceOf } from '../model/resource.ts'
import type { AppInput } from './feature.ts'
import { featureOf } from '../model/feature.ts'

// Why a release is asked whether it answers: it is released, gone
// back to, or reads another environment file (the push of that name).
export type Asking = { release: string; does: 'release' | 'rollback' | 'push'; push?: string }

// The check of a release on one of its servers; none where there is nothing to ask.
export function healthOf(
  { app, server }: Pick<AppInput, 'app' | 'server'>,
  { release, does, push }: Asking,
  through: 'pool' | 'site',
): ResourceOf<'health'>[] {
  const { healthCheck, nginx } = app
  const tls = nginx.tls !== undefined
  // Where all requests go to a program of the app, its pool answers none.
  if (through === 'pool' && '/' in nginx.proxy) return []
  // Without a check the pool is asked for one thing alone: to
  // drop what OPcache holds of an earlier life of this release.
  if (healthCheck === undefined && (through === 'site' || does === 'release')) return []
  const host =
    healthCheck?.host ??
    app.domains.find((domain) => !domain.startsWith('*')) ??
    app.domains[0]?.replace(/^\*/, 'www') ??
    server.host
  const desired: HealthDesired = {
    app: app.name,
    release,
    through:
      through === 'pool'
        ? { is: 'pool', socket: appFiles(app.name).socket(app.php), publicDir: app.publicDir, tls }
        : { is: 'site', tls, passwords: nginx.basicAuth !== undefined },
    check:
      healthCheck === undefined
        ? null
        : {
            path: healthCheck.path,
            host,
            status: healthCheck.status,
            timeout: healthCheck.timeout,
            retries: healthCheck.retries,
          },
    ...(push === undefined ? {} : { push }),
  }
  return [
    {
      kind: 'health',
      name: `${app.name}/${release}/${through}`,
      feature: featureOf(push === undefined ? 'release' : 'environment file', app.name),
      desired,
    },
  ]
}

// How long all tries of a check may take.
export function secondsOfChecks({ healthCheck }: App): number {
  return healthCheck === undefined ? 0 : (healthCheck.timeout + 1) * (healthCheck.retries + 1)
}
