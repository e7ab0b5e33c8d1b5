import type { Resource } from '../model/resource.ts'
import { render } from '../shell/template.ts'
import { shimFolder } from './app-command.ts'
import type { ServerFeature } from './feature.ts'
import { clusterFile } from './resources.ts'

// php, artisan and composer of each PHP version, for the PATH of what apps run.
export const appShimsFeature: ServerFeature = ({ cluster }) =>
  cluster.php.flatMap((version): Resource[] =>
    ['php', 'artisan', 'composer'].map((name) =>
      clusterFile(
        `PHP ${version} for apps`,
        `${shimFolder(version)}/${name}`,
        render(`shim-${name}`, { source: cluster.file, version }),
        { mode: '755' },
      ),
    ),
  )
