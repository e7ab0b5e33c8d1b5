import type { Resource } from '../model/resource.ts'
import { render } from '../shell/template.ts'
import type { ServerFeature, ServerInput } from './feature.ts'
import { fastcgiReadTimeout } from './request-timeout.ts'
import { clusterFile, directory, packages } from './resources.ts'
import { nginxService } from './services.ts'
import { knownSystem } from './supported-systems.ts'

const ACME_FOLDER = '/var/www/flight-acme'

// What every site of Flight includes, and a default server that refuses. The files lie there before the package comes,
// so that the package's own welcome page is never served.
export const nginxFilesFeature: ServerFeature = (input) => {
  if (!input.server.webServer) return []
  const { requestDuration, requestPayload, realIp, file: source } = input.cluster
  return [
    clusterFile(
      'nginx',
      '/etc/nginx/flight/limits.conf',
      render('nginx-limits.conf', {
        source,
        requestPayload,
        requestDuration,
        fastcgiReadTimeout: fastcgiReadTimeout(requestDuration),
      }),
    ),
    clusterFile('nginx', '/etc/nginx/flight/fastcgi.conf', render('nginx-fastcgi.conf', { source })),
    clusterFile('nginx', '/etc/nginx/flight/proxy.conf', render('nginx-proxy.conf', { source })),
    clusterFile('nginx', '/etc/nginx/flight/real-ip.conf', render('nginx-real-ip.conf', { source, realIp })),
    directory('nginx', ACME_FOLDER),
    clusterFile('nginx', '/etc/nginx/flight/acme.conf', render('nginx-acme.conf', { source, folder: ACME_FOLDER })),
    clusterFile('nginx', '/etc/nginx/conf.d/flight.conf', render('nginx-flight.conf', { source, realIp })),
    ...(knownSystem(input.system, input.server.name).rejectsHandshakes ? [defaultServer(input)] : []),
    clusterFile('nginx', '/etc/nginx/sites-available/default', render('nginx-default-site', { source }), {
      conffileOf: 'nginx-common',
    }),
  ]
}

// An nginx that cannot reject handshakes needs a certificate that nobody believes; that comes with a package, so there
// the default server is written after it.
export const nginxLateFilesFeature: ServerFeature = (input) =>
  input.server.webServer && !knownSystem(input.system, input.server.name).rejectsHandshakes
    ? [defaultServer(input)]
    : []

function defaultServer({ cluster, server, system }: ServerInput): Resource {
  const data = {
    source: cluster.file,
    ipv6: system.ipv6,
    tls: true,
    rejectHandshake: knownSystem(system, server.name).rejectsHandshakes,
  }
  return clusterFile('nginx', '/etc/nginx/conf.d/flight-default.conf', render('nginx-default.conf', data), {
    claims: [{ claim: 'nginx-default-server' }],
  })
}

export const nginxPackageFeature: ServerFeature = ({ server, system }) =>
  server.webServer
    ? packages('nginx', ['nginx', ...(knownSystem(system, server.name).rejectsHandshakes ? [] : ['ssl-cert'])])
    : []

export const nginxServiceFeature: ServerFeature = ({ server, apps }) =>
  server.webServer ? [nginxService(certificatesOf(apps))] : []

function certificatesOf(apps: ServerInput['apps']): string[] {
  const files = apps.flatMap(({ app, on }) =>
    on.web === undefined || app.nginx.tls === undefined ? [] : [app.nginx.tls.certificate, app.nginx.tls.key],
  )
  return [...new Set(files)].sort()
}
