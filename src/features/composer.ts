import type { ServerFeature } from './feature.ts'
import { packages } from './resources.ts'

// Composer: the distribution's package, or the phar of one exact digest that the definition names.
export const composerFeature: ServerFeature = ({ cluster }) =>
  cluster.composer === undefined
    ? packages('Composer', ['composer'])
    : [
        {
          kind: 'composer',
          name: '/usr/local/bin/composer',
          feature: 'Composer',
          desired: { path: '/usr/local/bin/composer', ...cluster.composer },
        },
      ]
