import type { App } from '../model/definitions.ts'
import type { FileDesired, Resource, ResourceOf } from '../model/resource.ts'
import { featureOf } from '../model/feature.ts'

type More = Partial<Pick<FileDesired, 'mode' | 'owner' | 'group' | 'conffileOf' | 'claims' | 'needs' | 'secret'>>

type Written = Pick<FileDesired, 'path' | 'content'> & More

// A file of the cluster: root's, readable by all, unless said otherwise.
export function clusterFile(feature: string, path: string, content: string, more: More = {}): ResourceOf<'file'> {
  return fileOf('cluster', feature, { path, content, ...more })
}

// A file of one app outside its home: root's, readable by all,
// unless said otherwise. Retired once the app is not wanted here.
export function appFile(app: App, feature: string, file: Written): ResourceOf<'file'> {
  return fileOf(`app:${app.name}`, featureOf(feature, app.name), file)
}

function fileOf(scope: string, feature: string, { path, content, ...more }: Written): ResourceOf<'file'> {
  return {
    kind: 'file',
    name: path,
    feature,
    desired: {
      path,
      content,
      mode: '644',
      owner: 'root',
      group: 'root',
      scope,
      conffileOf: undefined,
      claims: [],
      needs: [],
      secret: false,
      ...more,
    },
  }
}

// Packages to be there, by name.
export function packages(feature: string, names: readonly string[]): Resource[] {
  return names.map((name) => ({ kind: 'package', name, feature, desired: { name } }))
}

// A directory of the server: root's, unless said otherwise.
export function directory(
  feature: string,
  path: string,
  more: { mode?: string; owner?: string; group?: string; by?: string } = {},
): Resource {
  return {
    kind: 'directory',
    name: path,
    feature,
    desired: { path, mode: '755', owner: 'root', group: 'root', by: 'root', ...more },
  }
}
