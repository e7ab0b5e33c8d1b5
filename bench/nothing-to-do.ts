import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FLIGHT, say, type Scene, writeDefinitions } from './scene.ts'
import { type Command, measure, type Measured } from './measured.ts'
import { median, milliseconds, table } from './table.ts'

const ROUNDS = 9

// The same questions, asked by a bare shell script: packages, files, services, a user. It compares nothing.
const PROBE = `
dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n'
stat -c '%n %F %a %U %G' $FILES
sha256sum $FILES
systemctl show --property=Id,LoadState,ActiveState,UnitFileState php8.2-fpm nginx cron supervisor
getent passwd www-data flight-idle
cat /var/lib/flight/manifest
`
const FILES =
  '/etc/php/8.2/fpm/pool.d/*.conf /etc/php/8.2/fpm/conf.d/99-flight.ini /etc/nginx/flight/limits.conf ' +
  '/etc/nginx/conf.d/flight-default.conf /etc/nginx/sites-available/default'

// Plans of provisioned servers, where nothing is to be done, beside bare ssh; one round of each after the other.
export async function benchNothingToDo(scene: Scene): Promise<void> {
  say(`\nA. Nothing to do, and growth: medians of ${ROUNDS} rounds, one of each in turn`)
  const probe = `FILES=$(echo ${FILES})${PROBE}`
  const fifty = openFifty(scene)
  const env = { env: { FLIGHT_SSH_CONFIG: scene.sshConfig }, cwd: scene.folder }
  const plan = (...words: string[]): Command => ({
    words: [...FLIGHT, 'plan', '--detailed-exitcode', '--out', '-', ...words],
  })
  const [first] = scene.hosts
  if (first === undefined) throw new Error('no hosts')
  const sides: Record<string, () => Promise<Measured>> = {
    'node -e 0': () => measure([{ words: [process.execPath, '-e', '0'] }]),
    'flight --version': () => measure([{ words: [...FLIGHT, '--version'] }], env),
    'flight validate': () => measure([{ words: [...FLIGHT, 'validate'] }], env),
    'ssh true, 1 server': () => measure([scene.ssh(first, 'true')]),
    'ssh probe, 1 server': () => measure([scene.ssh(first, 'sh -s', probe)]),
    'flight plan, 1 server': () => measure([plan('--server', first.name)], env),
    'ssh true, 4 servers': () => measure(scene.hosts.map((host) => scene.ssh(host, 'true'))),
    'ssh probe, 4 servers': () => measure(scene.hosts.map((host) => scene.ssh(host, 'sh -s', probe))),
    'flight plan, 4 servers': () => measure([plan()], env),
  }
  const fewer: Record<string, () => Promise<Measured>> = {
    'ssh probe, 50 names of 4 servers': () => fifty.probe(probe),
    'flight plan, 50 names of 4 servers': () => fifty.plan(plan('--parallel', '16')),
  }
  try {
    const measured = { ...(await interleaved(sides, ROUNDS)), ...(await interleaved(fewer, 3)) }
    const rows = Object.entries(measured).map(([side, all]) => {
      const walls = all.map((one) => one.wall)
      return [
        side,
        milliseconds(median(walls)),
        milliseconds(Math.min(...walls)),
        milliseconds(Math.max(...walls)),
        milliseconds(median(all.map((one) => one.cpu))),
      ]
    })
    say(`\n${table(['', 'wall', 'least', 'most', 'CPU here'], rows)}`)
    const channels = []
    for (const side of ['ssh probe, 4 servers', 'flight plan, 4 servers']) {
      channels.push([side, await scene.counted(sides[side] as () => Promise<Measured>)])
    }
    say(`\n${table(['seen by sshd, each server', 'connections / channels'], channels)}`)
  } finally {
    fifty.close()
  }
}

async function interleaved(
  sides: Record<string, () => Promise<Measured>>,
  rounds: number,
): Promise<Record<string, Measured[]>> {
  const measured: Record<string, Measured[]> = Object.fromEntries(Object.keys(sides).map((side) => [side, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [side, run] of Object.entries(sides)) {
      const one = await run()
      // The first round warms the caches of everybody.
      if (round > 0) measured[side]?.push(one)
    }
  }
  return measured
}

// Fifty servers for Flight and for ssh, each a name of one of the four hosts: what grows is the work here.
function openFifty(scene: Scene) {
  const folder = mkdtempSync(join(tmpdir(), 'flight-bench-fifty-'))
  const names = Array.from({ length: 50 }, (_, at) => `name-${at + 1}`)
  const blocks = names.map((name, at) => `Host ${name}\n  HostName ${scene.hosts[at % scene.hosts.length]?.address}\n`)
  const config = join(folder, 'ssh_config')
  writeFileSync(config, `${blocks.join('')}Host *\n  Include ${scene.sshConfig}\n`)
  writeDefinitions(
    folder,
    names.map((name) => [name, name] as const),
  )
  return {
    // As many at once as Flight has.
    probe: (script: string) => {
      const ssh =
        `printf '%s\\n' ${names.join(' ')} | xargs -P 16 -I{} sh -c 'printf "%s" "$0" | ssh -F ${config} ` +
        `"$1" sh -s' "$SCRIPT" {}`
      return measure([{ words: ['sh', '-c', ssh] }], { env: { SCRIPT: script } })
    },
    plan: (command: Command) => measure([command], { env: { FLIGHT_SSH_CONFIG: config }, cwd: folder }),
    close: () => rmSync(folder, { recursive: true }),
  }
}
