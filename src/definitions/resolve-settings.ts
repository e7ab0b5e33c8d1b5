import type { PhpSource, Settings } from '../model/definitions.ts'
import type { FlightFile } from '../schema/types/flight.ts'
import { plain } from './node.ts'
import type { Node } from './node.ts'
import { localPath } from './plain-values.ts'
import { resolvePhpSource } from './resolve-php-source.ts'
import { resolveServe } from './resolve-serve.ts'
import { DEFAULT_SSH, resolveSsh } from './resolve-ssh.ts'
import { serialIn } from './serial.ts'

// A valid flight.yml (or none) with its defaults; `phpSource` is the clusters' default.
export function resolveSettings(node: Node | undefined, root: string): { settings: Settings; phpSource: PhpSource } {
  const file = (node === undefined ? {} : plain(node)) as FlightFile
  return {
    settings: {
      ssh: resolveSsh(file.ssh, DEFAULT_SSH, root),
      parallel: file.parallel ?? 16,
      serial: serialIn(String(file.serial ?? 'half')) as Settings['serial'],
      keepReleases: file.keep_releases ?? 5,
      state: localPath(file.state ?? '~/.local/state/flight', root),
      plans: localPath(file.plans ?? 'plans/', root),
      serve: resolveServe(file.serve ?? {}, root),
    },
    phpSource: resolvePhpSource(file.php_source, { kind: 'auto' }),
  }
}
