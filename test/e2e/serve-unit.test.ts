import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { loud } from '../support/loud.ts'
import { cluster, provisioned, withGit } from './fleet.ts'
import { promise } from './promise.ts'
import { until } from './until.ts'

// The deployment server as it is meant to run: on a machine of its own,
// under systemd, as a user without rights, with the unit that it prints.

const root = fileURLToPath(new URL('../../', import.meta.url))
const API = 'http://127.0.0.1:8180'

let web: LabHost
let control: LabHost
let token: string

test.before(
  loud(async () => {
    ;[web] = await provisioned('web-1')
    ;[control] = await withGit('control')
    const { places } = await sharedLab()
    for (const part of ['bin', 'dist', 'schemas', 'templates', 'node_modules', 'package.json', 'oclif.manifest.json'])
      cpSync(join(root, part), join(control.root, 'opt/flight', part), { recursive: true })
    cpSync(process.execPath, join(control.root, 'usr/local/bin/node'))
    await control.must(
      'useradd --system --create-home --home-dir /home/flight --shell /bin/bash flight && mkdir -p -m 700 ' +
        '/home/flight/.ssh /srv/definitions && ln -s /opt/flight/bin/flight /usr/local/bin/flight',
    )
    const key = /IdentityFile "?([^"\n]+)/.exec(readFileSync(places.sshConfig, 'utf8'))?.[1] ?? ''
    const put = (path: string, text: string) => {
      mkdirSync(join(control.root, path, '..'), { recursive: true })
      writeFileSync(join(control.root, path), text)
    }
    put('home/flight/.ssh/id_ed25519', readFileSync(key, 'utf8'))
    put('srv/definitions/clusters/web.yml', cluster([web]).replace('host: web-1', `host: ${web.address}`))
    put('srv/definitions/flight.yml', 'state: ~/.local/state/flight\nssh: { user: root }\nserve: { look: 0 }\n')
    put(
      'srv/definitions/apps/shop.yml',
      'repo: /srv/git/shop\nphp: 8.2\ncluster: web\ndomain: shop.example.com\nhealth_check: { path: /, timeout: 300 ' +
        '}\nrequest_duration: 600\nlinked_files: []\n' +
        "build: { commands: [ \"node -e \\\"require('fs').writeFileSync('built.txt', " +
        'process.version)\\"" ] }\nservers:\n  - { name: web-1, web: { pm: static, max_workers: 2 } }\n',
    )
    await control.must(
      `chmod 600 /home/flight/.ssh/id_ed25519; chown -R flight: /home/flight; install -d -o flight -g flight ` +
        `/srv/git; chmod -R a+rX /srv/definitions /opt/flight`,
    )
    await control.must(
      flightUser(
        `git init -q -b main /srv/git/shop && cd /srv/git/shop && mkdir public && echo '<?php echo ` +
          `basename(dirname(__DIR__));' >public/index.php && git add . && git -c user.name=A -c ` +
          `user.email=a@example.com ` +
          `commit -q -m First`,
      ),
    )
    await control.must(
      flightUser(
        `cd /srv/definitions && flight trust web-1 --fingerprint ${web.hostKeyFingerprint()} && flight ` +
          `app:configure shop --yes && mkdir -p -m 700 ~/.local/state/flight`,
      ),
    )
    token = (
      await control.must(flightUser('cd /srv/definitions && flight serve:token --app shop --purpose release --name ci'))
    ).trim()
    await control.must(
      'cd /srv/definitions && flight serve:unit --user flight >/etc/systemd/system/flight.service && systemctl ' +
        'daemon-reload && systemctl start flight',
    )
    await until(
      'it listens',
      () => control.run(`curl -sS ${API}/readyz`),
      ({ stdout }) => stdout === 'ready\n',
    )
  }),
)

function flightUser(script: string): string {
  return (
    `runuser -u flight -- env -i HOME=/home/flight USER=flight LOGNAME=flight LC_ALL=C.UTF-8 ` +
    `PATH=/usr/local/bin:/usr/bin:/bin sh -euc '${script.replaceAll("'", `'\\''`)}'`
  )
}

const curl = (words: string) => `curl -sS -H 'Authorization: Bearer ${token}' ${words}`

async function release(subject: string, page: string): Promise<{ commit: string; url: string }> {
  await control.must(
    flightUser(
      `cd /srv/git/shop && printf '%s\\n' '${page}' >public/index.php && git -c user.name=A -c ` +
        `user.email=a@example.com commit -q -a --allow-empty -m '${subject}'`,
    ),
  )
  const commit = (await control.must(flightUser('git -C /srv/git/shop rev-parse HEAD'))).trim()
  return {
    commit,
    url: (
      await control.must(
        curl(`--fail-with-body -H 'Accept: text/plain' --json '{"commit":"${commit}"}' ${API}/v1/apps/shop/releases`),
      )
    ).trim(),
  }
}

// A page that is held as long as the gate is shut.
const HELD = 'while (file_exists("/srv/hold/check")) { usleep(20000); clearstatcache(); }'
const shut = () => web.must('mkdir -p -m 1777 /srv/hold && : >/srv/hold/check')
const open = () => web.must('rm -f /srv/hold/check')

const live = async () => (await web.must('readlink /home/shop/shop/current')).trim()

promise('it releases, builds and all, and the log stands in the journal', async () => {
  const { commit, url } = await release('Second', '<?php echo "second";')
  const result = await control.must(curl(`--fail-with-body "${url}/result?wait=60"`))
  assert.match(result, /is live on web-1/)
  assert.is(await live(), `releases/${commit.slice(0, 12)}-1`)
  assert.match(await web.must('cat /home/shop/shop/current/built.txt'), /^v\d+/)
  assert.match(await control.must('journalctl -u flight -o cat'), /"msg":"a request ended"/)
})

promise('killed in the middle of a release, systemd starts it again, and the release goes on', async () => {
  await shut()
  const { commit, url } = await release('Third', `<?php ${HELD} echo "third";`)
  await until(
    'it is checked',
    () => control.must(curl(`${url}/log`)),
    (log) => /stage check begins/.test(log),
  )
  await control.must('systemctl kill --signal=KILL flight')
  await open()
  await until(
    'it listens again',
    () => control.run(`curl -sS ${API}/readyz`),
    ({ stdout }) => stdout === 'ready\n',
  )
  assert.match(await control.must(curl(`--fail-with-body "${url}/result?wait=90"`)), /is live/)
  assert.is(await live(), `releases/${commit.slice(0, 12)}-1`)
})

promise('what it may not: write elsewhere, gain rights, see others', async () => {
  const pid = (await control.must('systemctl show -p MainPID --value flight')).trim()
  const status = await control.must(`cat /proc/${pid}/status`)
  assert.match(status, /^NoNewPrivs:\s*1$/m)
  assert.match(status, /^CapEff:\s*0+$/m)
  assert.match(status, /^Seccomp:\s*2$/m)
  assert.is(
    (
      await control.must(
        `stat -c %a /home/flight/.local/state/flight/serve/serve.sqlite ` +
          `/home/flight/.local/state/flight/serve/audit.log /home/flight/.local/state/flight/serve/key`,
      )
    ).trim(),
    '600\n600\n600',
  )
  const inside = (script: string) =>
    control.run(`nsenter -t ${pid} -m setpriv --reuid flight --regid flight --clear-groups sh -c '${script}'`)
  assert.is.not((await inside('echo x >/srv/definitions/x')).code, 0)
  assert.is.not((await inside('echo x >/home/flight/.ssh/x')).code, 0)
  assert.is(
    (await inside('echo x >/home/flight/.local/state/flight/x && rm /home/flight/.local/state/flight/x')).code,
    0,
  )
})

promise('systemctl stop: what runs finishes, and it ends in order', async () => {
  await shut()
  const { commit, url } = await release('Fourth', `<?php ${HELD} echo "fourth";`)
  await until(
    'it is checked',
    () => control.must(curl(`${url}/log`)),
    (log) => /stage check begins/.test(log),
  )
  await control.must('systemctl stop --no-block flight')
  await until(
    'it is told',
    () => control.must('systemctl is-active flight || true'),
    (state) => state === 'deactivating\n',
  )
  await open()
  await until(
    'it ended',
    () => control.must('systemctl is-active flight || true'),
    (state) => state === 'inactive\n',
  )
  assert.is((await control.must('systemctl show -p Result --value flight')).trim(), 'success')
  assert.is(await live(), `releases/${commit.slice(0, 12)}-1`)
})

test.run()
