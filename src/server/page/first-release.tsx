import { brief, inPath } from './brief.ts'
import type { Html } from './jsx-runtime.ts'

// What to do where nothing was ever asked for.
export function firstRelease(app: string | undefined, origin: string): Html {
  const name = app === undefined ? 'APP' : inPath(app)
  const lines = [
    `curl -X POST ${brief(origin, 200)}/v1/apps/${name}/releases \\`,
    '  -H "Authorization: Bearer $FLIGHT_TOKEN" \\',
    '  -H "Content-Type: application/json" \\',
    '  -d \'{"commit": "COMMIT"}\'',
  ]
  return (
    <div class="empty">
      <p>No release was asked for yet. A pipeline, or you, asks for one like this:</p>
      <pre tabindex="0" role="region" aria-label="How to ask for a release">
        <code>{lines.join('\n')}</code>
      </pre>
      <p>
        <code>flight serve:token --purpose release --app {app === undefined ? 'APP' : brief(app, 60)}</code> makes the
        token.
      </p>
    </div>
  )
}
