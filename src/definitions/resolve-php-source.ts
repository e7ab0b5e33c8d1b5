import type { PhpSource, SourceKey, SourcePin } from '../model/definitions.ts'
import type { ClusterFile } from '../schema/types/cluster.ts'

// A valid php_source; absent is `fallback`.
export function resolvePhpSource(source: ClusterFile['php_source'], fallback: PhpSource): PhpSource {
  if (source === undefined) return fallback
  if (typeof source === 'string') return { kind: source }
  const pin = source.pin ?? []
  return {
    kind: 'custom',
    uri: source.uri,
    suites: source.suites,
    components: source.components,
    key: keyOf(source.key),
    pin: (Array.isArray(pin) ? pin : [pin]).map((one: SourcePin) => ({ ...one })),
  }
}

function keyOf(key: { url?: string; fingerprint?: string; path?: string }): SourceKey {
  if (key.path !== undefined) return { path: key.path }
  return { url: key.url as string, fingerprint: (key.fingerprint as string).replaceAll(' ', '').toUpperCase() }
}
