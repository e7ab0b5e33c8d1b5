import { OCCASIONS, type ServeSettings } from '../model/serve-settings.ts'
import type { FlightFile } from '../schema/types/flight.ts'
import { localPath } from './plain-values.ts'

// `serve` of a valid flight.yml with its defaults.
export function resolveServe(written: NonNullable<FlightFile['serve']>, root: string): ServeSettings {
  const { tls, drift, notify = [] } = written
  return {
    listen: addressIn(written.listen ?? '127.0.0.1:8180'),
    url: written.url,
    tls:
      tls === undefined ? undefined : { certificate: localPath(tls.certificate, root), key: localPath(tls.key, root) },
    trustedProxies: written.trusted_proxies ?? [],
    atOnce: written.at_once ?? 8,
    perServer: written.per_server ?? 2,
    patience: (written.patience ?? 10) * 60,
    supersede: written.supersede ?? true,
    look: (written.look ?? 5) * 60,
    drift: drift === undefined ? undefined : { hour: Number(drift.slice(0, 2)), minute: Number(drift.slice(3)) },
    notify: notify.map(
      ({ name, url_file: urlFile, format = 'slack', on = OCCASIONS.filter((occasion) => occasion !== 'start') }) => ({
        name,
        urlFile: localPath(urlFile, root),
        format,
        on,
      }),
    ),
  }
}

// 127.0.0.1:8180 or [::1]:8180.
export function addressIn(written: string): ServeSettings['listen'] {
  const colon = written.lastIndexOf(':')
  return { host: written.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(written.slice(colon + 1)) }
}
