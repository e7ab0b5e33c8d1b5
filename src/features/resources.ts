import type { FileDesired, Resource } from '../model/resource.ts'

// A file of the cluster: root's, readable by all, unless said otherwise.
export function clusterFile(feature: string, path: string, content: string, more: Partial<Pick<FileDesired, 'mode' | 'conffileOf' | 'claims'>> = {}): Resource {
  return {
    kind: 'file',
    name: path,
    feature,
    desired: { path, content, mode: '644', owner: 'root', group: 'root', scope: 'cluster', conffileOf: undefined, claims: [], ...more },
  }
}

// Packages to be there, by name.
export function packages(feature: string, names: readonly string[]): Resource[] {
  return names.map((name) => ({ kind: 'package', name, feature, desired: { name } }))
}
