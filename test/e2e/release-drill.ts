import type { Repository } from '../artifacts/repository.ts'
import { repository, temporary } from '../artifacts/repository.ts'
import { join } from 'node:path'
import { type LabHost } from '../lab/host.ts'
import { desk, type Answer, type Desk, type Running } from './desk.ts'
import { FULL } from './drill-size.ts'
import { cluster, provisioned } from './fleet.ts'
import { get } from './load.ts'
import { until } from './until.ts'

// Releases of a small application on three servers, of which one
// can be held up at any stage, and what can happen to it there.

export const STAGES = [
  'prepare',
  'deploy',
  'check',
  'go live',
  'check live',
  'confirm',
  'after',
  'workers',
  'finish',
] as const
export const FAULTS = [
  'a failing command',
  'the cable cut for a while',
  'the cable cut for good',
  'kill -9',
  'Ctrl-C',
  'a full disk',
  'two started together',
] as const
export type DrillStage = (typeof STAGES)[number]
export type DrillFault = (typeof FAULTS)[number]

export type DrillFleet = { at: Desk; hosts: readonly [LabHost, LabHost, LabHost]; repo: Repository; drills: number }

const domain = 'shop.example.com'

// Seconds that a check may be held up: a server that nobody confirms goes back only after them.
const HELD_FOR = FULL ? 300 : 120

// Holds up whoever calls it as long as a file is there, and fails then when another is.
const GATE = `#!/bin/sh
[ -e "/srv/gate/$1" ] || exit 0
: >"/srv/gate/reached-$1"
while [ -e "/srv/gate/$1" ]; do sleep 0.1; done
[ ! -e "/srv/gate/fail-$1" ] || { rm -f "/srv/gate/fail-$1"; echo 'made to fail' >&2; exit 1; }
`

// Programs that Flight's own steps call, held up in the stage where they are called.
const HELD: Record<string, string> = {
  mv: 'case "$*" in *.flight/next*) flight-gate go-live || exit 1;; esac',
  sync: '[ "$*" != confirmed ] || flight-gate confirm || exit 1',
  'systemd-run': 'case "$*" in *flight-drain*) flight-gate workers || exit 1;; esac',
  date: 'case "$PWD" in /var/lib/flight/releases/*) [ "$*" != +%s ] || flight-gate finish || exit 1;; esac',
}

const INDEX =
  `<?php
$own = basename(dirname(__DIR__));
if (strtok($_SERVER['REQUEST_URI'], '?') === '/up') {
    exec('/usr/local/bin/flight-gate ' . (basename((string) readlink('/home/shop/shop/current')) === $own ? ` +
  `'check-live' : 'check'), $said, $code);
    if ($code !== 0) { http_response_code(500); }
}
echo 'release ', $own;
`

const gateOf = (stage: DrillStage) => stage.replace(' ', '-')

// Three servers with the application configured, on small disks, and its first release live.
export async function drillFleet(): Promise<DrillFleet> {
  const hosts = await provisioned('web-1', 'web-2', 'web-3')
  const repo = repository(join(temporary('flight-drill-'), 'shop'))
  repo.commit('First', {
    'public/index.php': INDEX,
    worker: '#!/bin/sh\nexec sleep 1000000\n',
    'storage/logs/.gitignore': '*\n',
  })
  const at = await desk({ 'clusters/web.yml': cluster(hosts), 'apps/shop.yml': definition(repo) })
  for (const host of hosts) {
    await host.smallDisk('/home', '24m')
    await host.must(`mkdir -p -m 1777 /srv/gate && cp -a /var/lib/flight /var/tmp/flight`)
    await host.smallDisk('/var/lib/flight', '8m')
    await host.must(`cp -a /var/tmp/flight/. /var/lib/flight/`)
    await put(host, 'flight-gate', GATE)
    for (const [name, text] of Object.entries(HELD))
      await put(host, name, `#!/bin/sh\n${text}\nexec /usr/bin/${name} "$@"\n`)
  }
  await at.expect(0, 'app:configure', 'shop', '--yes')
  await at.expect(0, 'app:release', 'shop', 'main', '--yes')
  return { at, hosts, repo, drills: 0 }
}

async function put(host: LabHost, name: string, text: string): Promise<void> {
  await host.must(`cat >/usr/local/bin/${name} <<'END'\n${text}END\nchmod 755 /usr/local/bin/${name}`)
}

function definition(repo: Repository): string {
  const on = (name: string, more = '') => `  - { name: ${name}, web: { pm: static, max_workers: 3 }${more} }\n`
  return `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${domain}
health_check: { path: /up, timeout: ${HELD_FOR}, retries: 0 }
request_duration: 600
linked_dirs: [ storage/logs ]
linked_files: []
release_commands: [ flight-gate prepare, "echo prepare >>storage/logs/ran-$(basename $PWD)" ]
after_commands: [ flight-gate after, "echo after >>storage/logs/ran-$(basename $PWD)" ]
servers:
${on('web-1')}${on(
    'web-2',
    ', deploy_commands: [ flight-gate deploy, "echo deploy >>storage/logs/ran-$(basename ' +
      '$PWD)" ], daemons: [ { name: idle, command: sleep 1000000, workers: 1, stop_wait_timeout: 10 } ]',
  )}${on('web-3')}`
}

// What a drill came to: how the run ended, what all served soon after, and how the same command ended then.
export type DrillReport = { exit: number | null; said: string; served: string; again: number | null }

// Holds a release up on the second server at a stage, lets the fault happen there,
// and sees what becomes of it. Throws when servers differ soon after, when a lock
// is left, when the same command does not finish, or when a command ran twice.
export async function drill(fleet: DrillFleet, stage: DrillStage, fault: DrillFault): Promise<DrillReport> {
  const { at, hosts, repo } = fleet
  const [, host] = hosts
  fleet.drills += 1
  const commit = repo.commit(`Drill ${fleet.drills}: ${stage}, ${fault}`, { 'drill.txt': `${fleet.drills}` })
  const gate = gateOf(stage)
  await host.must(`rm -f /srv/gate/*; : >/srv/gate/${gate}`)
  const open = () => host.must(`rm -f /srv/gate/${gate}`)
  const run = at.start('app:release', 'shop', commit, '--yes')
  await until(
    `the stage ${stage} is reached`,
    () => host.must(`ls /srv/gate`),
    (list) => list.includes(`reached-${gate}`),
  )
  const ended = await happen(fault, { host, run, open, gate, at, commit })
  await until(
    'no server waits to be confirmed',
    () => Promise.all(hosts.map((each) => each.run('ls /var/lib/flight/releases/shop/*/armed'))),
    (all) => all.every(({ stdout }) => stdout === ''),
  )
  // Confirmed on one server, and the answer never heard: the others
  // went back, and no two machines can agree over a cable that is cut.
  const mayDiffer = stage === 'confirm' && fault === 'the cable cut for good'
  const served = await until(
    'all servers serve one release',
    () => servedBy(hosts),
    (all) => (all.length === 1 || mayDiffer) && all.every((each) => !/gate|error/.test(each)),
  )
  await until(
    'nobody holds a lock',
    () => at.flight('locks'),
    ({ stdout }) => /Nobody holds a lock/.test(stdout),
  )
  const again = await at.flight('app:release', 'shop', commit, '--yes', '--wait')
  if (again.exit !== 0)
    throw new Error(`the same command ended with ${again.exit}:\n${again.said}\nafter:\n${ended.said}`)
  const after = await servedBy(hosts)
  if (after.length !== 1 || after[0]?.startsWith(commit.slice(0, 12)) !== true)
    throw new Error(`afterwards they serve ${after.join(', ')}, not ${commit.slice(0, 12)}`)
  for (const each of hosts) {
    const twice = await each.must(
      `for f in /home/shop/shop/.flight/shared/storage/logs/ran-*; do sort "$f" | uniq -d; done`,
    )
    if (twice !== '') throw new Error(`on ${each.name} ran twice: ${twice}`)
  }
  return {
    exit: ended.exit,
    said: ended.said,
    served: served.length > 1 ? 'both' : served[0]?.startsWith(commit.slice(0, 12)) === true ? 'new' : 'old',
    again: again.exit,
  }
}

type Scene = { host: LabHost; run: Running; open(): Promise<string>; gate: string; at: Desk; commit: string }

async function happen(fault: DrillFault, { host, run, open, gate, at, commit }: Scene): Promise<Answer> {
  switch (fault) {
    case 'a failing command':
      await host.must(`: >/srv/gate/fail-${gate}`)
      await open()
      return run.answer
    case 'the cable cut for a while':
      await host.cutCable()
      await open()
      await run.says(/connection was lost, trying again/)
      await host.plugCable()
      return run.answer
    case 'the cable cut for good': {
      await host.cutCable()
      await open()
      const answer = await run.answer
      await host.plugCable()
      return answer
    }
    case 'kill -9':
      run.kill('SIGKILL')
      await open()
      return run.answer
    case 'Ctrl-C':
      run.kill('SIGINT')
      await run.says(/stopping after the running steps/)
      await open()
      return run.answer
    case 'a full disk': {
      await host.must(
        `for folder in /home /var/lib/flight; do head -c 64m /dev/zero >$folder/.filler 2>/dev/null; done; true`,
      )
      await open()
      const answer = await run.answer
      await host.must(`rm -f /home/.filler /var/lib/flight/.filler`)
      return answer
    }
    case 'two started together': {
      const second = await at.flight('app:release', 'shop', commit, '--yes')
      if (second.exit !== 4) throw new Error(`the second one ended with ${second.exit}:\n${second.said}`)
      const waiting = at.start('app:release', 'shop', commit, '--yes', '--wait')
      await waiting.says(/waiting: /)
      await open()
      const [first, third] = await Promise.all([run.answer, waiting.answer])
      if (third.exit !== 0) throw new Error(`the one that waits ended with ${third.exit}:\n${third.said}`)
      return first
    }
  }
}

// What the servers serve, each once: as their links say and as their sites answer.
async function servedBy(hosts: DrillFleet['hosts']): Promise<string[]> {
  const links = await Promise.all(
    hosts.map(async (host) => (await host.must('readlink /home/shop/shop/current')).trim().replace('releases/', '')),
  )
  const pages = await Promise.all(
    hosts
      .map(async (host) => (await get(host, { domain, path: '/' })).body.replace(/^release /, '').trim())
      .map((page) => page.catch((error: Error) => `error ${error.message}`)),
  )
  return [...new Set([...links, ...pages])]
}
