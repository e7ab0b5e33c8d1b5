import { appFiles, appPaths } from '../model/app-paths.ts'
import type { App, Cluster } from '../model/definitions.ts'
import type { Json } from '../model/json.ts'
import { serverName } from '../model/server-name.ts'
import { render } from '../shell/template.ts'
import type { AppFeature, AppInput } from './feature.ts'
import { fastcgiReadTimeout } from './request-timeout.ts'
import { appFile } from './resources.ts'
import { knownSystem } from './supported-systems.ts'

// The nginx site of an app where it answers requests, with what must be said by hand and its passwords before it.
export const appSiteFeature: AppFeature = (input) => {
  const { app, on } = input
  if (on.web === undefined) return []
  const { include, basicAuth } = app.nginx
  const { site, siteInclude, passwords } = appFiles(app.name)
  return [
    ...(include === undefined
      ? []
      : [appFile(app, `nginx.include ${include.file}`, { path: siteInclude, content: include.content })]),
    ...(basicAuth === undefined
      ? []
      : [
          appFile(app, 'nginx site', {
            path: passwords,
            content: basicAuth.content,
            mode: '640',
            group: 'www-data',
            secret: true,
          }),
        ]),
    appFile(app, 'nginx site', {
      path: site,
      content: siteText(input),
      needs: app.nginx.tls === undefined ? [] : [app.nginx.tls.certificate, app.nginx.tls.key],
      claims: [{ claim: 'nginx-server-name', names: [...app.domains, ...Object.keys(app.redirects)].sort() }],
    }),
  ]
}

// What a reader of the plan should know about the name that a site answers for.
export function siteNotes({ app, on }: Pick<AppInput, 'app' | 'on'>): string[] {
  return app.isNameless === undefined || on.web === undefined
    ? []
    : [
        `${app.name} has no domain: its site answers for the name ${app.name} ` +
          `(add to ${app.file}: domain: ${app.name}.example.com)`,
      ]
}

function siteText({ app, cluster, server, system }: AppInput): string {
  const paths = appPaths(app.name)
  const files = appFiles(app.name)
  const { http2 } = knownSystem(system, server.name)
  const { tls, include, basicAuth } = app.nginx
  const proxies = proxyLocations(app.nginx.proxy)
  return render('site.conf', {
    source: app.file,
    app: app.name,
    names: app.domains.map(serverName).join(' '),
    listens: listens(system.ipv6, tls !== undefined, http2 === 'listen'),
    http2: tls !== undefined && http2 === 'directive',
    tls: tls === undefined ? false : { certificate: tls.certificate, key: tls.key },
    home: paths.home,
    root: `${paths.current}/${app.publicDir}`,
    socket: proxies.some(({ match }) => match === '= /index.php') ? false : files.socket(app.php),
    accessLog: files.accessLog,
    errorLog: files.errorLog,
    limits: ownLimits(app, cluster),
    passwords: basicAuth === undefined ? false : files.passwords,
    include: include === undefined ? false : files.siteInclude,
    proxies,
    wholeProxied: proxies.some(({ match }) => match === '/'),
    redirects: redirectsByTarget(app.redirects),
    scheme: tls === undefined ? '$flight_scheme' : 'https',
  })
}

function listens(ipv6: boolean, tls: boolean, http2InListen: boolean): Json {
  const on = (port: string) => [port, ...(ipv6 ? [`[::]:${port}`] : [])]
  const plain = on('80')
  const secure = on(http2InListen ? '443 ssl http2' : '443 ssl')
  return { plain, site: tls ? secure : plain, redirect: tls ? [...plain, ...secure] : plain }
}

// What the app says over its cluster; nginx takes a limit once, so then all of them stand in the site.
function ownLimits(app: App, cluster: Cluster): Json {
  if (app.requestDuration === undefined && app.requestPayload === undefined) return false
  const requestDuration = app.requestDuration ?? cluster.requestDuration
  return {
    requestDuration,
    requestPayload: app.requestPayload ?? cluster.requestPayload,
    fastcgiReadTimeout: fastcgiReadTimeout(requestDuration),
  }
}

// /app stands for /app and what is below /app/, not for /apple; / for everything that has no location of its own.
function proxyLocations(proxy: App['nginx']['proxy']): { match: string; port: number }[] {
  const prefixes = Object.entries(proxy).sort(([a], [b]) => (a < b ? -1 : 1))
  return prefixes.flatMap(([prefix, port]) => {
    if (prefix === '/') return [{ match: '/', port }]
    return prefix.endsWith('/')
      ? [{ match: `^~ ${prefix}`, port }]
      : [
          { match: `= ${prefix}`, port },
          { match: `^~ ${prefix}/`, port },
        ]
  })
}

function redirectsByTarget(redirects: App['redirects']): Json {
  const targets = [...new Set(Object.values(redirects))].sort()
  const sources = Object.keys(redirects).sort()
  return targets.map((target) => ({
    target,
    names: sources
      .filter((source) => redirects[source] === target)
      .map(serverName)
      .join(' '),
  }))
}
