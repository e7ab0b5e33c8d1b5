import { dirname } from 'node:path/posix'
import { appPaths } from '../model/app-paths.ts'
import type { Resource } from '../model/resource.ts'
import type { AppFeature } from './feature.ts'
import { directory } from './resources.ts'
import { featureOf } from '../model/feature.ts'

// An app's own system user, a home that nginx may enter and other apps may not (0710 APP:www-data), and the folders
// that its releases share. Files like .env come from the environment commands; only their folders are made here.
export const appUserFeature: AppFeature = ({ app }) => {
  const { home, base, releases, shared } = appPaths(app.name)
  const feature = featureOf('folders', app.name)
  const own = (path: string) => directory(feature, path, { owner: app.name, group: app.name, by: app.name })
  const linked = [...app.linkedDirs, ...app.linkedFiles.map((file) => dirname(file)).filter((folder) => folder !== '.')]
  const user: Resource = {
    kind: 'user',
    name: app.name,
    feature: featureOf('user', app.name),
    desired: { name: app.name, home, shell: '/bin/bash', scope: `app:${app.name}` },
  }
  return [
    user,
    directory(feature, home, { mode: '710', owner: app.name, group: 'www-data' }),
    ...[base, releases, dirname(shared), shared].map(own),
    ...[...new Set(linked.map((folder) => `${shared}/${folder}`))].sort().map(own),
  ]
}
