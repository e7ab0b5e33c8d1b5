import * as assert from 'uvu/assert'
import type { App, Cluster } from '../../src/model/definitions.ts'
import type { Resource } from '../../src/model/resource.ts'
import type { System } from '../../src/model/server.ts'
import { quote } from '../../src/shell/quote.ts'
import type { LabHost } from '../lab/host.ts'
import { withNginxAndPhp } from './fleet.ts'
import { filesAmong, nginxOf, siteOf } from '../support/app-site.ts'
import { BOOKWORM } from '../support/memory/bookworm.ts'

export const SUITES = [
  { suite: 'bookworm', php: '8.2' },
  { suite: 'trixie', php: '8.4' },
] as const
export type Place = { host: LabHost; system: System; php: string }

// A certificate of nobody's on every host.
export const TLS = { certificate: '/etc/ssl/shop.pem', key: '/etc/ssl/shop.key' }

// Answers every request with its head, and a websocket with what it says.
const ECHO =
  `<?php
$server = stream_socket_server('tcp://127.0.0.1:8080');
while ($c = stream_socket_accept($server, -1)) {
  $head = '';
  while (($line = fgets($c)) !== false && $line !== "\\r\\n") $head .= $line;
  if (stripos($head, 'upgrade: websocket') === false) fwrite($c, "HTTP/1.1 200 OK\\r\\nConnection: ` +
  `close\\r\\n\\r\\n$head");
  else { fwrite($c, "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: ` +
  `Upgrade\\r\\n\\r\\n"); fwrite($c, 'echo ' . fgets($c)); }
  fclose($c);
}
`

// A host of each of these systems, with nginx and PHP, two apps of two releases each that are not live yet,
// and something that listens on port 8080.
export async function siteHosts(systems: readonly (typeof SUITES)[number][]): Promise<Place[]> {
  const places: Place[] = []
  for (const { suite, php } of systems) {
    const host = await withNginxAndPhp(`site-${suite}`, suite)
    await prepare({ host, php })
    places.push({ host, system: { ...BOOKWORM, codename: suite }, php })
  }
  return places
}

async function prepare({ host, php }: Omit<Place, 'system'>): Promise<void> {
  await host.must(
    'rm -f /etc/nginx/sites-enabled/default && install -d -o root /mnt/media /mnt/shop && echo media >/mnt/media/m.txt',
  )
  await host.must(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=shop.example.com ` +
      `-keyout ${TLS.key} -out ${TLS.certificate} 2>/dev/null`,
  )
  await host.must(`cat >/srv/echo.php <<'E'\n${ECHO}E\nsystemd-run --quiet --unit echo php /srv/echo.php`)
  for (const app of ['shop', 'other']) {
    const base = `/home/${app}/${app}`
    await host.must(
      `useradd --system --user-group --create-home --home-dir /home/${app} ${app} && chown ${app}:www-data ` +
        `/home/${app} && chmod 710 /home/${app}`,
    )
    await host.must(
      `printf '[%s]\\nuser = %s\\ngroup = %s\\nlisten = /run/php/flight-%s-${php}.sock\\nlisten.owner = ` +
        `www-data\\nlisten.mode = 0600\\npm = static\\npm.max_children = 2\\n' ${app} ${app} ${app} ${app} ` +
        `>/etc/php/${php}/fpm/pool.d/${app}.conf`,
    )
    await asApp(
      host,
      app,
      `umask 022; mkdir -p ${base}/releases ${base}/secret ${base}/.flight/shared/storage/app/public; echo upload ` +
        `>${base}/.flight/shared/storage/app/public/u.txt; echo ${app}-secret >${base}/secret/secret.txt`,
    )
    for (const release of ['one', 'two']) {
      const folder = `${base}/releases/${release}`
      await asApp(
        host,
        app,
        `umask 022; mkdir -p ${folder}/public/.well-known ${folder}/public/sub; cd ${folder}/public; echo ` +
          `${release} >v.txt; echo hidden >.env; echo known >.well-known/k.txt; ln -s ` +
          `../../../.flight/shared/storage/app/public storage; echo '<?php echo "no";' >sub/x.php; printf '%s' ` +
          `'<?php echo ` +
          `json_encode(["release" => "${release}"] + $_SERVER);' >index.php`,
      )
    }
  }
  await host.must(`systemctl restart php${php}-fpm`)
}

// Runs a script as the user of an app.
export const asApp = (host: LabHost, app: string, script: string) =>
  host.must(`runuser -u ${app} -- sh -c ${quote(script)}`)
// Makes a release the live one.
export const release = (host: LabHost, app: string, name: string) =>
  asApp(host, app, `cd /home/${app}/${app} && ln -s releases/${name} current.new && mv -T current.new current`)

// Puts the files of these apps in place, alone, and loads them: what nginx said is nothing but that it is well.
export async function configure(
  { host, system }: Pick<Place, 'host' | 'system'>,
  apps: readonly App[],
  more: Partial<Cluster> = {},
): Promise<void> {
  const resources: Resource[] = [...nginxOf(system, more), ...apps.flatMap((app) => siteOf(app, system, more))]
  const folders = resources.filter(({ kind }) => kind === 'directory').map(({ name }) => `mkdir -p ${quote(name)}`)
  const files = filesAmong(resources).map(
    ({ path, content, mode, owner, group }) =>
      `mkdir -p "$(dirname ${quote(path)})" && printf %s ${quote(Buffer.from(content).toString('base64'))} | base64 ` +
      `-d >${quote(path)} && chmod ${mode} ${quote(path)} && chown ${owner}:${group} ${quote(path)}`,
  )
  await host.must(
    [
      'set -e',
      'rm -rf /etc/nginx/flight /etc/nginx/sites-enabled/flight-* /etc/nginx/conf.d/*',
      ...folders,
      ...files,
    ].join('\n'),
  )
  const said = await host.run('nginx -t')
  assert.is(said.code, 0, `${host.name}: ${said.stderr}`)
  assert.is(said.stderr.includes('[warn]'), false, `${host.name}: ${said.stderr}`)
  await host.must('systemctl reset-failed nginx; systemctl restart nginx')
}

// The command line that asks this host, whatever the name: only that
// name, because an address of --interface is looked up as well.
function curlLine(args: string): string {
  const name = /https?:\/\/([^/' ]+)/.exec(args)?.[1] ?? ''
  return `curl -sk --resolve ${name}:80:127.0.0.1 --resolve ${name}:443:127.0.0.1 ${args}`
}
// What a host answers itself; its status; what its index.php says it was told; curl's exit code.
export const curl = (host: LabHost, args: string) => host.must(curlLine(args))
export const exitOf = async (host: LabHost, args: string) => (await host.run(curlLine(args))).code
export const status = (host: LabHost, args: string) => curl(host, `-o /dev/null -w '%{http_code}' ${args}`)
export const told = async (host: LabHost, args: string) => JSON.parse(await curl(host, args)) as Record<string, string>
