import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { appPaths } from '../../src/model/app-paths.ts'
import { quote, words } from '../../src/shell/quote.ts'
import { type LabHost } from '../lab/host.ts'

// The applications of test/fixtures: a real Laravel one, and one of plain PHP that runs on every version.
export type Application = 'laravel' | 'plain'

const LINKED_DIRS = ['storage/app', 'storage/framework/sessions', 'storage/logs']

// Runs a script as an app's user with a clean environment, in its home; gives its output.
export async function asApp(host: LabHost, app: string, script: string): Promise<string> {
  return host.must(underApp(app, script))
}

// The command line that does so.
export function underApp(app: string, script: string): string {
  const environment = [
    `HOME=/home/${app}`,
    `USER=${app}`,
    `LOGNAME=${app}`,
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'LANG=C.UTF-8',
  ]
  return `runuser -u ${quote(app)} -- env -i ${words(...environment)} sh -euc ${quote(`umask 022\ncd\n${script}`)}`
}

// Puts an application of the fixtures where an app may read it; gives the folder.
export async function putFixture(host: LabHost, application: Application): Promise<string> {
  const folder = `/srv/fixtures/${application}`
  cpSync(fileURLToPath(new URL(`../fixtures/${application}`, import.meta.url)), join(host.root, folder), {
    recursive: true,
  })
  await host.must(`chmod -R a+rX /srv/fixtures`)
  return folder
}

// Prepares a release of an app as a release does: a directory of its own, with links to what all releases share.
export async function installRelease(
  host: LabHost,
  app: string,
  application: Application,
  release: string,
): Promise<void> {
  const from = await putFixture(host, application)
  const { releases, shared } = appPaths(app)
  const to = `${releases}/${release}`
  const script = [
    `cp -r ${words(from, to)}`,
    `cd ${quote(to)}`,
    `mkdir -p bootstrap/cache storage/framework/cache/data storage/framework/views ` +
      LINKED_DIRS.map((dir) => quote(`${shared}/${dir}`)).join(' '),
    ...LINKED_DIRS.map(
      (dir) => `ln -s ${words(`${'../'.repeat(dir.split('/').length + 1)}.flight/shared/${dir}`, dir)}`,
    ),
    `[ -e ${quote(`${shared}/.env`)} ] || (umask 077 && printf 'APP_KEY=base64:%s\\n' "$(head -c 32 /dev/urandom | ` +
      `base64)" >${quote(`${shared}/.env`)})`,
    `ln -s ../../.flight/shared/.env .env`,
    ...(application === 'laravel' ? ['touch storage/app/queue.sqlite', 'php artisan migrate --force --quiet'] : []),
  ]
  await asApp(host, app, script.join('\n'))
}

// Lets a release go live, by rename(2).
export async function switchTo(host: LabHost, app: string, release: string): Promise<void> {
  await asApp(
    host,
    app,
    `cd ${quote(appPaths(app).base)} && ln -s ${quote(`releases/${release}`)} current.new && mv -fT current.new ` +
      `current`,
  )
}

// Both: the app's first release on this host, or its next.
export async function goLive(
  host: LabHost,
  app: string,
  application: Application,
  release = 'aaaaaaaaaaaa-1',
): Promise<void> {
  await installRelease(host, app, application, release)
  await switchTo(host, app, release)
}
