import { nearest } from '../schema/nearest.ts'
import { ofFile } from './place.ts'
import type { Finding } from './place.ts'

const NAME = /^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/

// Users and groups of Debian, Ubuntu and of what runs on such servers; and names that Flight, nginx and PHP-FPM use.
const RESERVED = new Set(
  `root daemon bin sys sync games man lp mail news uucp proxy www-data www backup list irc gnats nobody nogroup
  adm tty disk dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev staff
  users input kvm render crontab netdev wheel admin administrator docker lxd libvirt ssh sshd ssl-cert messagebus
  syslog rsyslog ntp chrony dnsmasq postfix postdrop dovecot exim bind tcpdump landscape pollinate tss uuidd sgx
  polkitd rtkit avahi usbmux fwupd-refresh lxc-dns mysql mariadb postgres postgresql redis memcache memcached mongodb
  rabbitmq elasticsearch opensearch clickhouse nginx apache apache2 httpd caddy haproxy varnish php php-fpm supervisor
  cron atd nfs statd rpc vagrant ubuntu debian ec2-user azureuser cloud-init pi git gitlab-runner jenkins prometheus
  grafana node-exporter flight flight-idle idle php-reload default current localhost home`.split(/\s+/),
)

// An app's name becomes a Linux user, a directory, a file name; a cluster's name is written and read by people.
export function checkName(file: string, name: string, sort: 'app' | 'cluster'): Finding[] {
  if (!NAME.test(name)) {
    const better = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 31)
    return [
      {
        code: 'FLIGHT_SCHEMA',
        place: ofFile(file),
        path: [],
        what:
          `the file's name is the ${sort}'s name: lower-case letters, digits and -, at most 31, beginning with ` +
          `a letter`,
        ...(NAME.test(better) ? { hint: `rename it to ${better}.yml` } : {}),
      },
    ]
  }
  if (sort === 'app' && (RESERVED.has(name) || name.startsWith('systemd-'))) {
    return [
      {
        code: 'FLIGHT_SCHEMA',
        place: ofFile(file),
        path: [],
        what: `${name} is a name of the system: an app becomes a Linux user of its own`,
        hint: `rename it, for example to ${name}-app.yml`,
      },
    ]
  }
  return []
}

// "did you mean …?", or what there is.
export function suggestion(written: string, candidates: readonly string[]): string {
  const meant = nearest(written, candidates)
  if (meant !== undefined) return `did you mean ${meant}?`
  if (candidates.length === 0) return 'there is none'
  const some = candidates.slice(0, 12)
  return `known are ${some.join(', ')}${candidates.length > some.length ? ', …' : ''}`
}
