import type { ServerFeature } from './feature.ts'

// Workers and schedulers need these two; each reads its files by itself, so there is no configuration to be loaded here.
export const backgroundServicesFeature: ServerFeature = () =>
  ['cron', 'supervisor'].map((name) => ({
    kind: 'service',
    name: `${name}.service`,
    feature: name,
    desired: { unit: `${name}.service`, title: name, configuration: [], mark: { by: 'none' }, test: { program: 'none' }, changes: [], extensions: undefined, installs: [] },
  }))
