import { appFiles, appPaths } from '../../model/app-paths.ts'
import type { PhpVersion } from '../../model/definitions.ts'
import type { FactQuery, Facts, ManifestFact } from '../../model/fact.ts'
import type { Leftover } from '../../model/plan.ts'
import { RETIRED_MARK } from '../../model/record.ts'
import type { Resource } from '../../model/resource.ts'
import { words } from '../../shell/quote.ts'

// What the definitions put on a server as a whole, whatever a plan was asked for: PHP versions of its cluster, names of
// its apps, resources. `retiring`: what this very plan takes out of service.
export type Defined = {
  php: readonly PhpVersion[]
  apps: readonly string[]
  resources: readonly Resource[]
  retiring: readonly string[]
}

// What Flight made on a server once, nobody wants there any more, and no plan removes: users with their homes and logs,
// PHP versions, and its own files that are comments by now. Each with the command that removes it. Pure; the facts are
// those of queriesForLeftBehind and the manifest.
export function leftBehind(wanted: Defined, facts: Facts): Leftover[] {
  const manifest = facts.get({ fact: 'manifest' })
  return [
    ...usersToAsk(manifest, wanted.apps)
      .filter(
        (name) =>
          facts.get({ fact: 'user', name })?.home === appPaths(name).home && !isInService(name, wanted, manifest),
      )
      .map(appLeft),
    ...versionsLeft(wanted.php, manifest)
      .filter((version) => facts.get(traceOf(version)).type !== 'absent')
      .map(versionLeft),
    ...filesLeft(retiredPaths(wanted.resources, manifest).filter((path) => isComment(path, facts))),
  ]
}

// What must be asked for that, once the manifest is known.
export function queriesForLeftBehind(wanted: Defined, manifest: ManifestFact): FactQuery[] {
  return [
    ...usersToAsk(manifest, wanted.apps).map((name): FactQuery => ({ fact: 'user', name })),
    ...versionsLeft(wanted.php, manifest).map(traceOf),
    ...retiredPaths(wanted.resources, manifest).map(retiredQuery),
  ]
}

// The apps that Flight once made a user for here and that the definitions put here no longer.
function usersToAsk(manifest: ManifestFact, apps: readonly string[]): string[] {
  const made = manifest.flatMap(({ scope, path }) => {
    const app = /^app:([a-z](?:[a-z0-9-]{0,29}[a-z0-9])?)$/.exec(scope)?.[1]
    return app !== undefined && path === appPaths(app).home && !apps.includes(app) ? [app] : []
  })
  return [...new Set(made)].sort()
}

// Whether something of it is configured here and stays so: what is not retired yet may still be needed.
function isInService(app: string, { retiring }: Defined, manifest: ManifestFact): boolean {
  return manifest.some(
    ({ scope, path }) => scope === `app:${app}` && path.startsWith('/etc/') && !retiring.includes(path),
  )
}

function appLeft(app: string): Leftover {
  const { home } = appPaths(app)
  const { slowLog, accessLog, errorLog } = appFiles(app)
  return {
    what:
      `user ${app}, its home ${home} (with uploads and environment file) and its logs: app ${app} runs here no ` +
      `more`,
    // Rotated logs have a number and .gz behind their names.
    remove:
      `${words('userdel', '--remove', app)} && rm -f -- ` +
      [slowLog, accessLog, errorLog].map((path) => `${words(path)}*`).join(' '),
  }
}

const VERSION = /^\/etc\/php\/([5-9]\.[0-9]{1,2})\//

// PHP versions that Flight configured here once and that the cluster has no more.
function versionsLeft(php: readonly PhpVersion[], manifest: ManifestFact): string[] {
  const known = new Set(manifest.flatMap(({ path }) => VERSION.exec(path)?.[1] ?? []))
  return [...known].filter((version) => !php.includes(version)).sort()
}

// Where dpkg lists the files of a package: there as long as anything of it is. Asking apt would count the package among
// those to be installed.
function traceOf(version: string): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path: `/var/lib/dpkg/info/php${version}-common.list`, wanted: undefined }
}

function versionLeft(version: string): Leftover {
  return {
    what: `PHP ${version} (php${version}-*): no definition asks for it here any more; see that nothing else uses it`,
    // Anchored: a glob that finds nothing is taken as a pattern that may stand anywhere in a name.
    remove: words('apt-get', 'purge', `^php${version.replace('.', '\\.')}-.*`),
  }
}

function retiredPaths(wanted: readonly Resource[], manifest: ManifestFact): string[] {
  const names = new Set(wanted.map(({ name }) => name))
  return manifest
    .filter(
      ({ scope, path }) =>
        scope === 'retired' && !names.has(path) && /^\/etc(?:\/(?!\.{1,2}(?:\/|$))[\w.@+-]+)+$/.test(path),
    )
    .map(({ path }) => path)
    .sort()
}

// With a digest that no file has, the content comes along: somebody may have put a file of his own there since.
function retiredQuery(path: string): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path, wanted: '0'.repeat(64) }
}

function isComment(path: string, facts: Facts): boolean {
  const fact = facts.get(retiredQuery(path))
  return fact.type === 'file' && fact.content?.slice(2).startsWith(RETIRED_MARK) === true
}

const MOST_NAMED = 4

function filesLeft(paths: readonly string[]): Leftover[] {
  if (paths.length === 0) return []
  const named = paths.length <= MOST_NAMED + 1 ? paths : paths.slice(0, MOST_NAMED)
  const more = paths.length === named.length ? '' : ` and ${paths.length - named.length} more`
  const what =
    paths.length === 1
      ? 'a file of Flight that holds a comment and nothing else'
      : `${paths.length} files of Flight that hold a comment and nothing else`
  return [{ what: `${what}: ${named.join(', ')}${more}`, remove: words('rm', '-f', '--', ...paths) }]
}
