import { appSiteFeature } from '../../src/features/app-site.ts'
import { nginxFilesFeature, nginxLateFilesFeature } from '../../src/features/nginx.ts'
import type { App, AppServer, Cluster } from '../../src/model/definitions.ts'
import type { FileDesired, Resource, ResourceOf } from '../../src/model/resource.ts'
import type { System } from '../../src/model/server.ts'
import { app, cluster, on as onServer, server } from './builders.ts'

const ON: AppServer = onServer('web-1', { web: { pm: 'static', maxWorkers: 2 } })

// An app with a site and nothing else.
export function siteApp(more: Partial<Omit<App, 'nginx'>> = {}, nginx: Partial<App['nginx']> = {}): App {
  const plain = app(more.name ?? 'shop', [ON], { linkedDirs: [], linkedFiles: [], ...more })
  return { ...plain, nginx: { ...plain.nginx, ...nginx } }
}

// What the site of an app compiles to on web-1.
export function siteOf(
  of: App,
  system: System,
  more: Partial<Cluster> = {},
  on: Partial<AppServer> = {},
): readonly Resource[] {
  return appSiteFeature({ app: of, on: { ...ON, ...on }, cluster: cluster(more), server: server('web-1'), system })
}

// What nginx needs on web-1 for any site.
export function nginxOf(system: System, more: Partial<Cluster> = {}, webServer = true): readonly Resource[] {
  const input = { cluster: cluster(more), server: server('web-1', { webServer }), system, apps: [] }
  return [...nginxFilesFeature(input), ...nginxLateFilesFeature(input)]
}

export function filesAmong(resources: readonly Resource[]): FileDesired[] {
  return resources.filter((each): each is ResourceOf<'file'> => each.kind === 'file').map(({ desired }) => desired)
}

export function contentOf(resources: readonly Resource[], path: string): string {
  const found = filesAmong(resources).find((each) => each.path === path)
  if (found === undefined)
    throw new Error(
      `no ${path} among ${filesAmong(resources)
        .map((each) => each.path)
        .join(', ')}`,
    )
  return found.content
}
