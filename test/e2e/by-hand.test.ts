import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startAptRepository, type AptRepository } from '../lab/apt-repository.ts'
import { type LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, withNginxAndPhp } from './fleet.ts'
import { startLoad } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { planOn } from './read-plan.ts'
import { remember } from './untouched.ts'
import { loud } from '../support/loud.ts'

// A server that somebody set up by hand: nginx with a site that takes every name, FPM with pools of its own, a PHP
// repository with a key of its own. Flight comes later.

let at: Desk
let host: LabHost
let repository: AptRepository

const THEIRS = [
  '/etc/nginx/sites-available/old.conf',
  '/etc/php/8.2/fpm/pool.d/www.conf',
  '/etc/php/8.2/fpm/pool.d/legacy.conf',
  '/etc/nginx/sites-available/default',
  '/etc/nginx/nginx.conf',
  '/srv/old/index.php',
]

const SITE =
  `server {
    listen 80 default_server;
    listen [::]:80 default_server;
    server_name old.example.com;
    root /srv/old;
    location / { include fastcgi_params; fastcgi_param SCRIPT_FILENAME /srv/old/index.php; fastcgi_pass ` +
  `unix:/run/php/legacy.sock; }
}
`
const POOL = `[legacy]
user = www-data
group = www-data
listen = /run/php/legacy.sock
listen.owner = www-data
pm = static
pm.max_children = 2
php_admin_value[memory_limit] = 77M
`

test.before(
  loud(async () => {
    host = await withNginxAndPhp('old-1', 'bookworm')
    const { places } = await sharedLab()
    repository = await startAptRepository(places.gateway)
    await repository.publish('lab', [{ name: 'php8.2-labx', version: '1.0' }])
    await host.must(
      `mkdir -p /srv/old /etc/apt/keyrings && cat >/srv/old/index.php <<'E'\n<?php for ($end = microtime(true) + ` +
        `0.2; microtime(true) < $end;) usleep(5000); echo 'old site, ', ini_get('memory_limit'), "\\n";\nE\ncat ` +
        `>/etc/nginx/sites-available/old.conf <<'E'\n${SITE}E\ncat >/etc/php/8.2/fpm/pool.d/legacy.conf ` +
        `<<'E'\n${POOL}E`,
    )
    await host.must(
      'ln -s ../sites-available/old.conf /etc/nginx/sites-enabled/old.conf && rm /etc/nginx/sites-enabled/default ' +
        '&& systemctl reload php8.2-fpm && nginx -t -q && systemctl reload nginx',
    )
    await host.must(
      `/usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file ${repository.keyUrl} ` +
        `/etc/apt/keyrings/theirs.gpg && echo 'deb [signed-by=/etc/apt/keyrings/theirs.gpg] ${repository.url} lab ` +
        `main' ` +
        `>/etc/apt/sources.list.d/theirs.list && apt-get -q update -o APT::Update::Error-Mode=any`,
    )
    await host.must('useradd --system --create-home --home-dir /home/idle flight-idle')
    const source =
      `php_source:\n  uri: ${repository.url}/\n  suites: [ lab ]\n  components: [ main ]\n  key: { ` +
      `url: ${repository.keyUrl}, fingerprint: ${repository.fingerprint} }\n`
    at = await desk({ 'clusters/web.yml': cluster([host], `php: [ 8.2 ]\n${source}`) })
  }),
)

test.after(async () => repository.close())

async function siteAnswers(): Promise<void> {
  assert.is(await host.must('curl -sS -H "Host: old.example.com" http://127.0.0.1/'), 'old site, 77M\n')
}

promise(
  'what stands in the way is found while planning, all of it, by file and line, and nothing is touched',
  async () => {
    await siteAnswers()
    const untouched = await remember([host])
    const { stdout } = await at.expect(1, 'plan')
    const text = oneLine(stdout)
    assert.match(
      text,
      /old-1 is blocked: \/etc\/nginx\/(sites-enabled|sites-available)\/old\.conf:2: another nginx default_server is here already/,
    )
    assert.match(text, /take `default_server` out of that line/)
    assert.match(
      text,
      /old-1 is blocked: \/etc\/apt\/sources\.list\.d\/theirs\.list:1: another source for http\S+ is here already/,
    )
    assert.match(text, /old-1 is blocked: user flight-idle: exists with the home \/home\/idle, wanted is \/nonexistent/)
    assert.match(text, /FLIGHT_CONFLICT/)
    assert.equal(
      planOn(at).stages.flatMap(({ servers }) => servers),
      [],
    )
    await at.expect(1, 'apply', 'plan.json')
    await at.expect(1, 'provision', 'web', '--yes')
    await untouched()
    await siteAnswers()
  },
)

promise(
  'once the named way out was taken their site and their pools go on serving beside what Flight brings',
  async () => {
    await host.must(
      `sed -i 's/ default_server//' /etc/nginx/sites-available/old.conf && systemctl reload nginx && rm ` +
        `/etc/apt/sources.list.d/theirs.list && userdel -r flight-idle 2>/dev/null`,
    )
    const before = await host.must(`sha256sum ${THEIRS.join(' ')}; stat -c '%n %a %U %Y' ${THEIRS.join(' ')}`)
    const plan = await at.expect(2, 'plan', '--detailed-exitcode')
    const text = oneLine(plan.stdout)
    assert.match(text, /pool \[legacy\] of \/etc\/php\/8\.2\/fpm\/pool\.d\/legacy\.conf:1 is not Flight's: it stays/)
    assert.match(text, /pool \[www\] of \/etc\/php\/8\.2\/fpm\/pool\.d\/www\.conf:\d+ is not Flight's: it stays/)
    // Each takes a while, so that some are in progress at every moment: a reload that cuts requests off is seen.
    const load = startLoad(host, [{ domain: 'old.example.com', path: '/', visitors: 3, says: /^old site, 77M/ }])
    await load.over(() => at.expect(0, 'apply', 'plan.json'))
    const { failures, failed } = await load.stop()
    assert.is(failures, 0, failed.join('\n'))
    assert.is(
      await host.must(`sha256sum ${THEIRS.join(' ')}; stat -c '%n %a %U %Y' ${THEIRS.join(' ')}`),
      before,
      'their files are theirs',
    )
    await siteAnswers()
    assert.is(
      (await host.run('curl -s -H "Host: nobody.example.com" http://127.0.0.1/')).code,
      52,
      'names that no site has are refused now',
    )
    assert.is(
      await host.must(`find /run/php -type s -printf '%f\\n' | sort`),
      'flight-idle-8.2.sock\nlegacy.sock\nphp8.2-fpm.sock\n',
    )
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

inDrills('a file of theirs at a path of ours is kept when the plan that says so is applied', async () => {
  await host.must(`printf '# a canary secret of theirs\\n' >/etc/cron.d/flight-php-reload`)
  at.put('clusters/web.yml', `php_reload: "0 4 * * *"\n${at.text('clusters/web.yml')}`)
  const { stdout } = await at.expect(2, 'plan', '--detailed-exitcode')
  assert.match(oneLine(stdout), /not written by Flight: what it holds now will be kept in \/var\/lib\/flight\/kept/)
  assert.not.match(stdout + at.text('plan.json'), /canary/, 'its content is not told')
  await at.expect(0, 'apply', 'plan.json')
  assert.is(await host.must(`cat /var/lib/flight/kept/*/etc/cron.d/flight-php-reload`), '# a canary secret of theirs\n')
  assert.is(await host.must('stat -c %a /var/lib/flight/kept'), '700\n')
})

inDrills("a directory where Flight wants a file is somebody else's: named, not taken", async () => {
  await host.must('rm /etc/cron.d/flight-php-reload && mkdir /etc/cron.d/flight-php-reload')
  const { stdout } = await at.expect(1, 'plan')
  assert.match(oneLine(stdout), /old-1 is blocked: \/etc\/cron\.d\/flight-php-reload: is a directory, a file is wanted/)
  assert.match(oneLine(stdout), /move it away and plan again/)
  await host.must('rmdir /etc/cron.d/flight-php-reload')
  await at.expect(0, 'provision', 'web', '--yes')
})

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

test.run()
