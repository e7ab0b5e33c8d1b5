import { createHash } from 'node:crypto'
import { appFiles, appPaths, environmentPath } from '../model/app-paths.ts'
import type { App, AppServer } from '../model/definitions.ts'
import { COMPOSER_KEY, OPCACHE_SCRIPT } from '../model/record.ts'
import type { PlannedRelease } from '../model/release.ts'
import type { LiveDesired, Need, Resource } from '../model/resource.ts'
import type { ReleasePhase, StageName } from '../model/stage-name.ts'
import { environmentOf, shimFolder } from './app-command.ts'
import { appCronFeature } from './app-cron.ts'
import { appProgramsFeature } from './app-programs.ts'
import { healthOf, secondsOfChecks } from './app-health.ts'
import { appUserFeature } from './app-user.ts'
import type { AppInput } from './feature.ts'
import { featureOf } from '../model/feature.ts'

// A release of an app on one of its servers, in the order in which it is made, each part with its stage. Pure.
export function releaseResources(input: AppInput, release: PlannedRelease): Resource[] {
  const { app, on } = input
  const back = release.does === 'rollback'
  const at =
    (phase: ReleasePhase, wave?: StageName['wave']) =>
    (resource: Resource): Resource => ({ ...resource, stage: { phase, ...(wave === undefined ? {} : { wave }) } })
  const turn = back ? `${release.turn}-` : ''
  const checks =
    on.web === undefined
      ? []
      : [
          healthOf(input, { ...release, release: release.name }, 'pool'),
          healthOf(input, { ...release, release: release.name }, 'site'),
        ]
  return [
    ...appUserFeature(input).map(at('prepare')),
    ...(release.environmentFrom === null ? [] : [at('prepare')(environment(app, release.environmentFrom))]),
    ...(back
      ? rebuilt(app).map((command, index) =>
          run(app, release, { key: `cache-${turn}${index + 1}-${mark(command)}`, command }),
        )
      : [unpacked(input, release), ...prepared(app, release)]
    ).map(at('prepare')),
    ...(back
      ? []
      : on.deployCommands
          .map((command, index) => run(app, release, { key: `deploy-${index + 1}-${mark(command)}`, command }))
          .map(at('deploy', waveOf(app, on, release)))),
    ...[...checks.slice(0, 1).flat(), live(app, release, 'ready')].map(at('check')),
    at('go live')(live(app, release, 'switch')),
    ...checks.slice(1).flat().map(at('check live')),
    at('confirm')(live(app, release, 'confirm')),
    ...app.afterCommands
      .map((command, index) => run(app, release, { key: `after-${turn}${index + 1}-${mark(command)}`, command }))
      .map(at('after')),
    ...[...appCronFeature(input), ...appProgramsFeature(input)].map((resource) =>
      at('workers')(following(resource, release)),
    ),
    ...[live(app, release, 'settle'), pruned(input, release)].map(at('finish')),
  ]
}

// Servers that have commands of their own take their turns, in the order of the definition.
function waveOf(app: App, on: AppServer, { without }: PlannedRelease): StageName['wave'] {
  const all = app.servers.filter(({ name, deployCommands }) => deployCommands.length > 0 && !without.includes(name))
  return all.length === 1 ? undefined : { at: all.findIndex(({ name }) => name === on.name) + 1, of: all.length }
}

const named = (app: App) => featureOf('release', app.name)

function environment(app: App, from: string): Resource {
  const path = environmentPath(app)
  return {
    kind: 'environment',
    name: path,
    feature: featureOf('environment file', app.name),
    desired: { app: app.name, path, from },
  }
}

function unpacked(input: AppInput, { name, commit, tree, subject, ref, environmentFrom }: PlannedRelease): Resource {
  const { app } = input
  const { linkedDirs, linkedFiles, keepAssets, publicDir } = app
  return {
    kind: 'release',
    name: `${app.name}/${name}`,
    feature: named(app),
    desired: {
      app: app.name,
      name,
      commit,
      tree,
      subject,
      ref,
      linkedDirs,
      linkedFiles,
      keepAssets,
      publicDir,
      needs: needsOf(input).filter(({ path }) => environmentFrom === null || path !== environmentPath(app)),
    },
  }
}

// What `app:configure` and people put on a server before the first release.
function needsOf({ app, on, server }: AppInput): Need[] {
  const { shared } = appPaths(app.name)
  const files = appFiles(app.name)
  const configure = (path: string, what: string): Need => ({
    path,
    because: `is not there: ${app.name} has no ${what} on this server yet`,
    hint: `flight app:configure ${app.name}`,
  })
  return [
    configure(`${shimFolder(app.php)}/php`, `PHP ${app.php}`),
    ...(on.web === undefined
      ? []
      : [
          configure(files.pool(app.php), 'FPM pool'),
          configure(files.site, 'nginx site'),
          {
            path: OPCACHE_SCRIPT,
            because: 'is not there: an earlier Flight provisioned this server',
            hint: `flight provision ${app.cluster}`,
          },
        ]),
    ...(on.queues.length + on.daemons.length === 0
      ? []
      : [configure('/etc/supervisor/supervisord.conf', 'supervisor')]),
    ...app.linkedFiles.map((file): Need => {
      const path = `${shared}/${file}`
      if (path === environmentPath(app))
        return {
          path,
          because: `is not there: ${app.name} has no environment file on this server yet`,
          hint: `flight env:push ${app.name} FILE`,
        }
      const { user, port, become } = server.ssh
      const atPort = port === undefined || port === 22 ? '' : `-p ${port} `
      const login = `ssh ${atPort}${user === undefined ? '' : `${user}@`}${server.host}`
      const command =
        `${login} '${become && user !== undefined && user !== 'root' ? 'sudo ' : ''}install -o ` +
        `${app.name} -g ${app.name} -m 600 /dev/stdin ${path}' < ${file.split('/').at(-1)}`
      return {
        path,
        because: `is not there: linked_files of ${app.name} names it`,
        hint: `put it there, from where you have it: ${command}`,
      }
    }),
  ]
}

function prepared(app: App, release: PlannedRelease): Resource[] {
  const composer = run(app, release, {
    key: `${COMPOSER_KEY}-${mark(app.composerCommand)}`,
    command: `composer ${app.composerCommand}`,
    auth: app.composerAuth !== undefined,
  })
  return [
    composer,
    ...app.releaseCommands.map((command, index) =>
      run(app, release, { key: `release-${index + 1}-${mark(command)}`, command }),
    ),
  ]
}

// Of a release that was live before, what it cached of the environment file of that day.
function rebuilt(app: App): string[] {
  return app.releaseCommands.filter((command) =>
    /^(?:php )?artisan (?:[a-z]+:cache|optimize)(?: |$)/.test(command.trim()),
  )
}

// A command that was changed while its release was interrupted is another one.
const mark = (command: string) => createHash('sha256').update(command).digest('hex').slice(0, 8)

type Command = { key: string; command: string; auth?: boolean }

function run(app: App, { name, joins }: PlannedRelease, { key, command, auth = false }: Command): Resource {
  return {
    kind: 'command',
    name: `${app.name}/${name}/${key}`,
    feature: named(app),
    desired: { app: app.name, release: name, key, command, path: environmentOf(app).PATH, auth, joins },
  }
}

// A server that went live waits for its confirmation as long as all tries of its check may take, and half a minute for
// servers that have to be reached again; otherwise it goes back by itself.
function live(app: App, { name }: PlannedRelease, does: LiveDesired['does']): Resource {
  return {
    kind: 'live',
    name: `${app.name}/${name}/${does}`,
    feature: named(app),
    desired: { app: app.name, release: name, does, back: secondsOfChecks(app) + 30 },
  }
}

function pruned({ app, on }: AppInput, { name }: PlannedRelease): Resource {
  return {
    kind: 'prune',
    name: `${app.name}/${name}`,
    feature: named(app),
    desired: {
      app: app.name,
      release: name,
      keep: app.keepReleases,
      socket: on.web === undefined ? null : appFiles(app.name).socket(app.php),
    },
  }
}

// What runs in the background follows `current`, which is there by then.
function following({ awaits: _awaits, ...resource }: Resource, { name }: PlannedRelease): Resource {
  return resource.kind === 'programs' ? { ...resource, desired: { ...resource.desired, release: name } } : resource
}
