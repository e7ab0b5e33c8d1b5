import { quote, words } from '../../src/shell/quote.ts'
import { type LabHost } from '../lab/host.ts'

// A site as somebody sets it up who never heard of Flight: a pool of its own user and a server block, both by its name.
export type SiteByHand = { name: string; domain: string; root: string; php?: string }

// Where its files are.
export const sitePaths = ({ name, php = '8.2' }: Pick<SiteByHand, 'name' | 'php'>) => ({
  pool: `/etc/php/${php}/fpm/pool.d/${name}.conf`,
  site: `/etc/nginx/sites-available/${name}.conf`,
  enabled: `/etc/nginx/sites-enabled/${name}.conf`,
})

const pool = ({ name, php = '8.2' }: SiteByHand) => `[${name}]
user = ${name}
group = ${name}
listen = /run/php/${name}-${php}.sock
listen.owner = www-data
listen.group = www-data
pm = static
pm.max_children = 4
`

const site = ({ name, domain, root, php = '8.2' }: SiteByHand) => `server {
    listen 80;
    server_name ${domain};
    root ${root};
    location / {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $realpath_root/index.php;
        fastcgi_param DOCUMENT_ROOT $realpath_root;
        fastcgi_pass unix:/run/php/${name}-${php}.sock;
    }
}
`

// Makes the user unless it is there.
export async function userByHand(host: LabHost, name: string): Promise<void> {
  await host.must(
    `id ${quote(name)} >/dev/null 2>&1 || useradd --system --user-group --create-home --home-dir ` +
      `${words(`/home/${name}`)} --shell /bin/bash ${quote(name)}`,
  )
}

// Sets sites up and lets FPM and nginx load them.
export async function sitesByHand(host: LabHost, sites: readonly SiteByHand[]): Promise<void> {
  for (const each of sites) {
    const paths = sitePaths(each)
    await userByHand(host, each.name)
    await host.must(
      `printf %s ${quote(pool(each))} >${quote(paths.pool)} && printf %s ${quote(site(each))} >${quote(paths.site)} ` +
        `&& ln -sf ${words(paths.site, paths.enabled)}`,
    )
  }
  const versions = [...new Set(sites.map(({ php = '8.2' }) => php))]
  await host.must(
    `${versions.map((php) => `php-fpm${php} -t && systemctl reload php${php}-fpm`).join(' && ')} && ${RELOAD_NGINX}`,
  )
}

// Reloads nginx and waits until its old workers take no connections any more.
export const RELOAD_NGINX =
  'old=$(pgrep -P $(cat /run/nginx.pid)); nginx -t -q && systemctl reload nginx && for pid in $old; do ' +
  "while [ -e /proc/$pid ] && ! grep -qs 'shutting down' /proc/$pid/cmdline; do sleep 0.05; done; done"
