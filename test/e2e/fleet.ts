import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LabHost } from '../lab/host.ts'
import { machineMirror, type Suite } from '../lab/mirror.ts'
import { sharedLab } from '../lab/shared.ts'
import { desk } from './desk.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

// A cluster definition: some settings, and web servers that are reached by their names in the lab's ssh configuration.
export function cluster(servers: readonly Pick<LabHost, 'name'>[], settings = 'php: [ 8.2 ]\n'): string {
  return `${settings}servers:\n${servers
    .map(({ name }) => `  - { name: ${name}, host: ${name}, web_server: true }\n`)
    .join('')}`
}

// The files of a definitions folder with one cluster `web` of these servers.
export function web(servers: readonly Pick<LabHost, 'name'>[], settings?: string): Record<string, string> {
  return { 'clusters/web.yml': cluster(servers, settings) }
}

// Bookworm hosts that are exactly as `web()` says, made of a layer that flight itself provisioned once.
export async function provisioned<const Names extends readonly string[]>(...names: Names): Promise<HostsOf<Names>> {
  return warmed(names, PROVISIONED)
}

// Hosts with PHP 8.2 (on trixie 8.4) that flight provisioned and
// that have Debian's Laravel as well, for real applications.
export async function withLaravel<const Names extends readonly string[]>(
  suite: Suite,
  ...names: Names
): Promise<HostsOf<Names>> {
  return warmed(names, {
    name: 'laravel',
    suite,
    settings: `php: [ ${PHP_OF[suite]} ]\n`,
    more: 'apt-get -q -y install --no-install-recommends php-laravel-framework',
    ...(suite === 'bookworm' ? { on: PROVISIONED } : {}),
  })
}

// A provisioned bookworm host that can hold the deployment server as well.
export async function withGit<const Names extends readonly string[]>(...names: Names): Promise<HostsOf<Names>> {
  const more = 'apt-get -q -y install --no-install-recommends git openssh-client curl'
  return warmed(names, { name: 'git', suite: 'bookworm', more, on: PROVISIONED })
}

// A host with nginx and PHP as Debian has them and somebody installed them, before Flight comes.
export async function withNginxAndPhp(name: string, suite: Suite): Promise<LabHost> {
  const lab = await sharedLab()
  const install = 'apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx php-fpm curl openssl'
  await lab.warmUp(suite, 'nginx-php', async (host) => void (await host.must(install)))
  const [host] = await lab.startHosts([{ name, suite, warm: 'nginx-php' }])
  return host
}

// Bookworm hosts with PHP 7.4 beside 8.2, exactly as `twoVersions()` says.
export async function withTwoVersions<const Names extends readonly string[]>(...names: Names): Promise<HostsOf<Names>> {
  return warmed(names, { name: 'two-versions', suite: 'bookworm', settings: await twoVersions() })
}

// The version that a distribution has.
export const PHP_OF: Record<Suite, string> = { bookworm: '8.2', trixie: '8.4' }

// The settings of a cluster with two versions of PHP: 7.4 from
// another suite of the mirror. Bookworm's php-common breaks 7.4.
export async function twoVersions(): Promise<string> {
  const { main } = await machineMirror()
  const pin = '{ packages: php-common, pin: release n=bullseye, priority: 995 }'
  const key = '{ path: /usr/share/keyrings/debian-archive-keyring.gpg }'
  return (
    `php: [ 7.4, 8.2 ]\nphp_source:\n  uri: ${main}\n  suites: [ bullseye ]\n  components: [ main ]\n  key: ` +
    `${key}\n  pin: ${pin}\n`
  )
}

type HostsOf<Names extends readonly string[]> = { -readonly [At in keyof Names]: LabHost }
// `on`: what it is made on top of, when not of a bare host.
type Layer = { name: string; suite: Suite; settings?: string; more?: string; on?: Layer }

const PROVISIONED: Layer = { name: 'provisioned', suite: 'bookworm' }

// Hosts that start where a provisioning with these settings ended, and a script after it.
async function warmed<const Names extends readonly string[]>(names: Names, layer: Layer): Promise<HostsOf<Names>> {
  const lab = await sharedLab()
  const { suite } = layer
  const warm = await made(layer)
  return (await lab.startHosts(names.map((each) => ({ name: each, suite, warm })))) as HostsOf<Names>
}

// Makes a layer unless it is there; gives its key.
async function made({ name, suite, settings, more, on }: Layer): Promise<string> {
  const lab = await sharedLab()
  const warm = `${name}-${digestOfProvisioning()}`
  const make = async (host: LabHost) => {
    const { expect } = await desk(web([host], settings))
    await expect(0, 'provision', 'web', '--yes')
    if (more !== undefined) await host.must(more)
  }
  await lab.warmUp(suite, warm, make, on === undefined ? undefined : await made(on))
  return warm
}

// Changes whenever provisioning might leave something else on a server.
function digestOfProvisioning(): string {
  const hash = createHash('sha256')
  for (const folder of [
    'templates',
    'src/features',
    'src/kinds',
    'src/steps',
    'src/shell',
    'src/remote',
    'src/model',
  ]) {
    for (const file of filesIn(join(root, folder))) hash.update(file.slice(root.length)).update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 12)
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
