import type { Resource } from '../model/resource.ts'
import { render } from '../shell/template.ts'
import type { ServerFeature, ServerInput } from './feature.ts'
import { clusterFile, packages } from './resources.ts'
import { knownSystem } from './supported-systems.ts'

// nginx's limits and a default server that refuses. They lie there before the package comes, so that the package's own
// welcome page is never served.
export const nginxFilesFeature: ServerFeature = (input) => {
  if (!input.server.webServer) return []
  const { requestDuration, requestPayload, file: source } = input.cluster
  return [
    clusterFile('nginx', '/etc/nginx/flight/limits.conf', render('nginx-limits.conf', { source, requestPayload, requestDuration, fastcgiReadTimeout: Math.ceil((requestDuration * 4) / 3) + 5 })),
    ...(knownSystem(input.system, input.server.name).rejectsHandshakes ? [defaultServer(input)] : []),
    clusterFile('nginx', '/etc/nginx/sites-available/default', render('nginx-default-site', { source }), { conffileOf: 'nginx-common' }),
  ]
}

// An nginx that cannot reject handshakes needs a certificate that nobody believes; that comes with a package, so there the
// default server is written after it.
export const nginxLateFilesFeature: ServerFeature = (input) =>
  input.server.webServer && !knownSystem(input.system, input.server.name).rejectsHandshakes ? [defaultServer(input)] : []

function defaultServer({ cluster, server, system }: ServerInput): Resource {
  const data = { source: cluster.file, ipv6: system.ipv6, tls: true, rejectHandshake: knownSystem(system, server.name).rejectsHandshakes }
  return clusterFile('nginx', '/etc/nginx/conf.d/flight-default.conf', render('nginx-default.conf', data), { claims: ['nginx-default-server'] })
}

export const nginxPackageFeature: ServerFeature = ({ server, system }) =>
  server.webServer ? packages('nginx', ['nginx', ...(knownSystem(system, server.name).rejectsHandshakes ? [] : ['ssl-cert'])]) : []

export const nginxServiceFeature: ServerFeature = ({ server }) => {
  if (!server.webServer) return []
  return [
    {
      kind: 'service',
      name: 'nginx.service',
      feature: 'nginx',
      desired: {
        unit: 'nginx.service',
        title: 'nginx',
        configuration: ['/etc/nginx'],
        mark: { by: 'newest-worker', pidFile: '/run/nginx.pid' },
        test: { program: 'nginx' },
        changes: [],
        extensions: undefined,
        installs: [],
      },
    },
  ]
}
