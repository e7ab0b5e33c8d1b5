import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchApps } from './apps.ts'
import { benchNothingToDo } from './nothing-to-do.ts'
import { benchPeers } from './peers.ts'
import { benchProvisioning } from './provisioning.ts'
import { benchReleases } from './releases.ts'
import { openScene, say, type Scene } from './scene.ts'
import { benchServe } from './serve.ts'
import { benchUpload } from './upload.ts'

// `npm run bench`: Flight beside bare ssh and bare apt on four real hosts, in one run. Judges nothing: wall time is the
// machine's as much as ours. `-- --peers` adds Ansible, when apt has it; `-- --only serve` runs one part alone, on
// servers that are provisioned first; `-- --releases 200` makes the deployment server's memory be looked at sooner.

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    only: { type: 'string' },
    releases: { type: 'string', default: '1000' },
  },
})
// How many servers each needs, and what it measures.
const parts: Record<string, { servers: number; bench: (scene: Scene) => Promise<void> }> = {
  provisioning: { servers: 4, bench: benchProvisioning },
  'nothing-to-do': { servers: 4, bench: benchNothingToDo },
  apps: { servers: 4, bench: benchApps },
  releases: { servers: 4, bench: benchReleases },
  upload: { servers: 1, bench: benchUpload },
  serve: { servers: 4, bench: (scene) => benchServe(scene, Number(values.releases)) },
  peers: { servers: 4, bench: benchPeers },
}
const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
try {
  const wanted = chosen()
  say(
    `${cpus().length} cores (${cpus()[0]?.model}), ${system}, Node ${process.version}; load ${load()}; the servers ` +
      `run on the same cores`,
  )
  const scene = await openScene(Math.max(...wanted.map(([, { servers }]) => servers)))
  if (wanted[0]?.[0] !== 'provisioning') {
    say('\nProvisions the servers, which is not measured')
    await scene.flight('plan')
    await scene.flight('apply', 'plan.json')
  }
  for (const [, { bench }] of wanted) {
    await bench(scene)
    say(`\nload ${load()}`)
  }
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
}

function chosen(): [string, (typeof parts)[string]][] {
  const { only, peers, releases } = values
  if (!/^[1-9]\d{0,5}$/.test(releases)) throw new Error(`--releases must be how many, is ${releases}`)
  const wanted = Object.entries(parts).filter(([name]) =>
    only === undefined ? name !== 'peers' || peers : name === only,
  )
  if (wanted.length === 0) throw new Error(`--only must be one of ${Object.keys(parts).join(', ')}, is ${only}`)
  return wanted
}

function load(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')
}
