import { appFiles, environmentPath } from '../model/app-paths.ts'
import type { PlannedPush } from '../model/push.ts'
import type { PushDesired, Resource } from '../model/resource.ts'
import type { ReleasePhase } from '../model/stage-name.ts'
import { environmentOf } from './app-command.ts'
import { healthOf, secondsOfChecks } from './app-health.ts'
import { appProgramsFeature } from './app-programs.ts'
import { appUserFeature } from './app-user.ts'
import type { AppInput } from './feature.ts'
import { featureOf } from '../model/feature.ts'

// The push of an environment file on one of the servers of its app, in the order in which it is made. Where a release
// is live, what it cached of its configuration follows, and its workers. Pure.
export function pushResources(
  input: AppInput,
  { app: _app, does: _does, notes: _notes, servers, ...push }: PlannedPush,
): Resource[] {
  const { app, on, server } = input
  const here = servers.find(({ name }) => name === server.name)
  if (here === undefined) return []
  const { name: _name, live, ...what } = here
  const at =
    (phase: ReleasePhase) =>
    (resource: Resource): Resource => ({ ...resource, stage: { phase } })
  // Its files are the configuration's business, and there once a release was live.
  const programs =
    live === null
      ? []
      : appProgramsFeature(input).flatMap((resource) => (resource.kind === 'programs' ? [resource] : []))
  const part = (does: PushDesired['does']): Resource => ({
    kind: 'push',
    name: `${app.name}/${push.id}/${does}`,
    feature: featureOf('environment file', app.name),
    desired: {
      app: app.name,
      ...push,
      ...what,
      live,
      does,
      path: environmentPath(app),
      search: environmentOf(app).PATH,
      socket: on.web === undefined ? null : appFiles(app.name).socket(app.php),
      restarts: programs.length > 0,
      back: 30 + (live === null ? 0 : secondsOfChecks(app) + SECONDS_TO_REBUILD),
    },
  })
  return [
    ...appUserFeature(input).map(at('prepare')),
    at('prepare')(part('stage')),
    at('write')(part('write')),
    ...(live === null ? [] : [at('rebuild')(part('rebuild')), at('go live')(part('show'))]),
    ...(live === null || on.web === undefined
      ? []
      : healthOf(input, { release: live, does: 'push', push: push.id }, 'site').map(at('check live'))),
    at('confirm')(part('confirm')),
    ...programs.map(({ awaits: _awaits, ...resource }) =>
      at('workers')({ ...resource, desired: { ...resource.desired, push: push.id } }),
    ),
    at('finish')(part('settle')),
  ]
}

// How long what is cached may take to be made anew (steps/push.ts gives up then).
const SECONDS_TO_REBUILD = 60
