import { dirname, join } from 'node:path'
import type { App, AppServer, HealthCheck, PhpVersion, Program, WebPool } from '../model/definitions.ts'
import type { AppFile } from '../schema/types/app.ts'
import type { FilesBeside } from './files-beside.ts'
import { at, type Node, plain } from './node.ts'
import { phpVersion } from './php-version.ts'
import { iniOf, isOn, localPath } from './plain-values.ts'

const DEFAULT_COMPOSER_COMMAND =
  'install --prefer-dist --no-progress --no-interaction --no-dev --optimize-autoloader --quiet'

// What a Laravel application keeps from one release to the next: uploads, sessions, logs.
const DEFAULT_LINKED_DIRS = ['storage/app', 'storage/framework/sessions', 'storage/logs']

// What an app takes over from flight.yml.
type AppDefaults = { root: string; keepReleases: number }

// A valid app with its defaults.
export function resolveApp(
  { name, file, node }: { name: string; file: string; node: Node },
  defaults: AppDefaults,
  beside: FilesBeside,
): App {
  const written = plain(node) as AppFile
  const folder = join(defaults.root, dirname(file))
  const domains = written.domains ?? (written.domain === undefined ? [] : [written.domain])
  const isNameless = domains.length === 0 && (written.servers ?? []).some(({ web }) => web !== undefined)
  return {
    name,
    file,
    repo: written.repo,
    deployKey: written.deploy_key === undefined ? undefined : localPath(written.deploy_key, folder),
    releaseFrom: written.release_from ?? [],
    releaseOn:
      written.release_on === undefined
        ? undefined
        : { branch: written.release_on.branch, workflow: written.release_on.workflow },
    subdirectory: written.subdirectory === undefined ? undefined : trimmed(written.subdirectory),
    php: phpVersion(at(node, 'php')) as PhpVersion,
    cluster: written.cluster,
    domains: isNameless ? [name] : domains,
    ...(isNameless ? { isNameless } : {}),
    redirects: { ...written.redirects },
    publicDir: trimmed(written.public_dir ?? 'public'),
    composerCommand: written.composer_command ?? DEFAULT_COMPOSER_COMMAND,
    composerAuth: written.composer_auth === undefined ? undefined : localPath(written.composer_auth, folder),
    buildCommands: written.build?.commands ?? [],
    releaseCommands: written.release_commands ?? [],
    afterCommands: written.after_commands ?? [],
    linkedDirs: (written.linked_dirs ?? DEFAULT_LINKED_DIRS).map(trimmed),
    linkedFiles: (written.linked_files ?? ['.env']).map(trimmed),
    keepReleases: written.keep_releases ?? defaults.keepReleases,
    keepAssets: (written.keep_assets ?? []).map(trimmed),
    healthCheck: healthCheck(written.health_check),
    phpIni: iniOf(at(node, 'php_ini')),
    requestDuration: written.request_duration,
    requestPayload: written.request_payload,
    requestMemory: written.request_memory,
    servers: (written.servers ?? []).map(appServer),
    nginx: {
      proxy: { ...written.nginx?.proxy },
      basicAuth: beside.basicAuth,
      tls: written.nginx?.tls === undefined ? undefined : { ...written.nginx.tls },
      include: beside.include,
    },
  }
}

function appServer(server: NonNullable<AppFile['servers']>[number]): AppServer {
  return {
    name: server.name,
    web: server.web === undefined ? undefined : poolOf(server.web),
    deployCommands: server.deploy_commands ?? [],
    queues: (server.queues ?? []).map(program),
    daemons: (server.daemons ?? []).map(program),
    scheduler: isOn(server.scheduler, false),
    cron: (server.cron ?? []).map(({ name, at: when, command }) => ({ name, at: when.replace(/ +/g, ' '), command })),
  }
}

function program(written: { name: string; command: string; workers?: number; stop_wait_timeout?: number }): Program {
  return {
    name: written.name,
    command: written.command,
    workers: written.workers ?? 1,
    stopWaitTimeout: written.stop_wait_timeout ?? 3600,
  }
}

function healthCheck(written: AppFile['health_check']): HealthCheck | undefined {
  if (written === undefined) return undefined
  const check = typeof written === 'string' ? { path: written } : written
  return {
    path: check.path,
    host: check.host,
    status: check.status ?? 200,
    timeout: check.timeout ?? 10,
    retries: check.retries ?? 3,
  }
}

function trimmed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

// A web section as a user writes it.
type WebSection = {
  pm?: 'dynamic' | 'static' | 'ondemand'
  max_workers: number
  min_spare_workers?: number
  initial_workers?: number
  max_spare_workers?: number
}

// A pool with its defaults: a quarter to a half of the workers spare, what is said never overruled.
export function poolOf(web: WebSection): WebPool {
  const maxWorkers = web.max_workers
  if (web.pm === 'static' || web.pm === 'ondemand') return { pm: web.pm, maxWorkers }
  const least = Math.max(web.min_spare_workers ?? 1, web.initial_workers ?? 1)
  const maxSpareWorkers = web.max_spare_workers ?? Math.min(maxWorkers, Math.max(least, Math.ceil(maxWorkers / 2)))
  const most = Math.min(web.initial_workers ?? maxSpareWorkers, maxSpareWorkers)
  const minSpareWorkers = web.min_spare_workers ?? Math.max(1, Math.min(most, Math.floor(maxWorkers / 4)))
  const initialWorkers = web.initial_workers ?? Math.floor((minSpareWorkers + maxSpareWorkers) / 2)
  return { pm: 'dynamic', maxWorkers, minSpareWorkers, initialWorkers, maxSpareWorkers }
}
